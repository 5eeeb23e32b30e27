package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Attention.Mask;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Segment;
import dev.cortado.engine.reference.ReferenceBackend;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Decoding in contexts so long that a row's keys are split over workgroups. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LongContextTest {
    private static final int LENGTH = 1100;
    private static final int WIDTH = 32;
    private static final float SCALE = 0.6f; // scores that differ much

    private VulkanBackend vulkan;

    @BeforeAll
    void open() {
        vulkan = RequiresVulkan.open(RequiresVulkan.SWITCHES);
    }

    @AfterAll
    void the_validation_layer_was_silent() {
        assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
        vulkan.close();
    }

    private static Attention attention(float cap, int window, float alibi) {
        return new Attention(4, 2, WIDTH, WIDTH, SCALE, cap, Mask.CAUSAL, window, alibi, null);
    }

    @ParameterizedTest
    @EnumSource
    void keys_and_values_of_every_type(KvShape.Type type) {
        assertAgreement(attention(0, 0, 0), false, 2 * WIDTH, type);
    }

    @Test
    void windows_caps_biases_and_sinks() {
        assertAgreement(attention(0, 600, 0), false, 2 * WIDTH, KvShape.Type.F16);
        assertAgreement(attention(3, 0, 0), false, 2 * WIDTH, KvShape.Type.F16);
        assertAgreement(attention(0, 0, 8), false, 2 * WIDTH, KvShape.Type.F16);
        assertAgreement(attention(0, 0, 0), true, 2 * WIDTH, KvShape.Type.F16);
        assertAgreement(attention(2, 700, 0), true, 2 * WIDTH, KvShape.Type.F16);
    }

    @Test
    void values_that_are_the_head_of_the_keys() {
        Attention latent = new Attention(4, 1, 80, 64, SCALE / 2, 0, Mask.CAUSAL, 0, 0, null);
        assertAgreement(latent, false, 0, KvShape.Type.F16);
    }

    @Test
    void wide_heads() {
        Attention wide = new Attention(2, 1, 192, 192, SCALE / 4, 0, Mask.CAUSAL, 0, 0, null);
        assertAgreement(wide, false, 192, KvShape.Type.F32);
        Attention wider = new Attention(2, 1, 288, 288, SCALE / 4, 0, Mask.CAUSAL, 0, 0, null);
        assertAgreement(wider, true, 288, KvShape.Type.F32);
    }

    @Test
    void rows_are_split_in_powers_of_two_while_there_are_keys_and_idle_workgroups() {
        Attention attention = attention(0, 0, 0);
        assertThat(splits(attention, 1, 511)).isOne();
        assertThat(splits(attention, 1, 512)).isEqualTo(2);
        assertThat(splits(attention, 1, 5000)).isEqualTo(16);
        assertThat(splits(attention(0, 600, 0), 1, 5000)).isEqualTo(2);
        assertThat(splits(attention, 64, 100_000)).isEqualTo(4);
        assertThat(splits(attention, 500, 100_000)).isOne();
    }

    private int splits(Attention attention, int rows, int length) {
        KvShape shape = new KvShape(new int[] {4}, new int[] {4}, new int[] {0}, KvShape.Type.F32);
        try (KvCache cache = vulkan.kvCache(shape, 8)) {
            return AttentionPass.splits(List.of(new Segment(cache, 0, length - 1, 0, 1)), attention, rows);
        }
    }

    /** Of a long sequence and a short one in the same cache, twice: the second time gives the same bits. */
    private void assertAgreement(Attention attention, boolean sinks, int values, KvShape.Type type) {
        float[][] expected;
        try (ReferenceBackend reference = new ReferenceBackend()) {
            expected = attend(reference, attention, sinks, values, type);
        }
        float[][] found = attend(vulkan, attention, sinks, values, type);
        for (int row = 0; row < 2; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                assertThat(found[row][i])
                        .as("%s, row %d, [%d]", attention, row, i)
                        .isEqualTo(expected[row][i], within(2e-3f));
            }
            assertThat(found[row + 2]).isEqualTo(found[row]);
        }
    }

    private static float[][] attend(
            Backend backend, Attention attention, boolean sinks, int values, KvShape.Type type) {
        int keys = attention.kvHeads() * attention.keyWidth();
        KvShape shape = new KvShape(new int[] {keys}, new int[] {values}, new int[] {0}, type);
        Random random = new Random(41);
        try (KvCache cache = backend.kvCache(shape, LENGTH + 40);
                Activations k = rows(backend, random, LENGTH, keys);
                Activations v = rows(backend, random, LENGTH, Math.max(1, values));
                Activations q = rows(backend, random, 2, attention.heads() * attention.keyWidth());
                Activations out = backend.activations(2, attention.heads() * attention.valueWidth())) {
            List<Segment> whole = List.of(new Segment(cache, 0, 0, 0, LENGTH));
            backend.store(k, values == 0 ? null : v, whole, 0);
            k.rows(30);
            v.rows(30);
            backend.store(k, values == 0 ? null : v, List.of(new Segment(cache, LENGTH, 0, 0, 30)), 0);
            float[] sinkValues = new float[attention.heads()];
            for (int i = 0; i < sinkValues.length; i++) {
                sinkValues[i] = (float) random.nextGaussian();
            }
            Parameter sink = sinks ? backend.parameter(sinkValues) : null;
            Attention own = new Attention(
                    attention.heads(),
                    attention.kvHeads(),
                    attention.keyWidth(),
                    attention.valueWidth(),
                    attention.scale(),
                    attention.softCap(),
                    attention.mask(),
                    attention.window(),
                    attention.maxAlibiBias(),
                    sink);
            List<Segment> last =
                    List.of(new Segment(cache, LENGTH, 29, 0, 1), new Segment(cache, 0, LENGTH - 1, 1, 1));
            float[][] results = new float[4][attention.heads() * attention.valueWidth()];
            for (int time = 0; time < 2; time++) {
                backend.attend(q, out, last, 0, own);
                out.read(0, results[2 * time], 0);
                out.read(1, results[2 * time + 1], 0);
            }
            return results;
        }
    }

    private static Activations rows(Backend backend, Random random, int count, int columns) {
        Activations rows = backend.activations(count, columns);
        rows.rows(count);
        float[] row = new float[columns];
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
            rows.write(r, row, 0);
        }
        return rows;
    }
}

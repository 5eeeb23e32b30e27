package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The choice among more experts than a workgroup has invocations. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyExpertsTest {
    private static final int EXPERTS = 200;
    private static final int SIZE = 32;

    private VulkanBackend vulkan;
    private ReferenceBackend reference;
    private Linear[][] own;
    private Linear[][] expected;

    @BeforeAll
    void open() {
        vulkan = RequiresVulkan.open(RequiresVulkan.SWITCHES);
        reference = new ReferenceBackend();
        own = linears(vulkan);
        expected = linears(reference);
    }

    @AfterAll
    void the_validation_layer_was_silent() {
        assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
        vulkan.close();
        reference.close();
    }

    private static Linear[][] linears(Backend backend) {
        Random random = new Random(61);
        Linear[][] linears = new Linear[2][EXPERTS];
        for (int e = 0; e < EXPERTS; e++) {
            for (int i = 0; i < 2; i++) {
                MemorySegment data = Arena.ofAuto().allocate(4L * SIZE * SIZE, 64);
                for (int w = 0; w < SIZE * SIZE; w++) {
                    data.setAtIndex(ValueLayout.JAVA_FLOAT, w, (float) (random.nextGaussian() / Math.sqrt(SIZE)));
                }
                linears[i][e] = new Linear(
                        backend.matrix(new Tensor("expert", TensorType.F32, new long[] {SIZE, SIZE}, data)), null);
            }
        }
        return linears;
    }

    @ParameterizedTest
    @EnumSource
    void every_gating_chooses_what_the_reference_chooses(Gating gating) {
        for (int used : new int[] {1, 8, 70}) {
            assertAgreement(gating, used, false, null, 1, 1);
            assertAgreement(gating, used, true, null, 1, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SOFTMAX", "SIGMOID"})
    void biases_and_groups(Gating gating) {
        float[] bias = new float[EXPERTS];
        Random random = new Random(62);
        for (int e = 0; e < EXPERTS; e++) {
            bias[e] = (float) random.nextGaussian() / 10;
        }
        assertAgreement(gating, 8, true, bias, 1, 1);
        assertAgreement(gating, 8, true, bias, 8, 4);
        assertAgreement(gating, 5, false, null, 40, 3);
        assertAgreement(gating, 2, false, bias, 100, 70);
        assertAgreement(gating, 1, true, bias, 200, 9);
    }

    private void assertAgreement(
            Gating gating, int used, boolean normalise, float @Nullable [] bias, int groups, int groupsUsed) {
        int many = used < 5 ? 9 : 4 * EXPERTS / used + 1; // so many slots that they are ordered by expert
        for (int tokens : new int[] {3, many}) {
            float[][] found = mixture(vulkan, own, 1, tokens, gating, used, normalise, bias, groups, groupsUsed);
            float[][] rows =
                    mixture(reference, expected, 1, tokens, gating, used, normalise, bias, groups, groupsUsed);
            for (int row = 0; row < tokens; row++) {
                for (int i = 0; i < SIZE; i++) {
                    assertThat(found[row][i])
                            .as("%s, %d of %d groups, %d tokens, row %d, [%d]", gating, used, groups, tokens, row, i)
                            .isEqualTo(rows[row][i], within(2e-4f));
                }
            }
        }
    }

    /** A model that computes nonsense gives nonsense: no index leaves its range, and the next rows are right again. */
    @Test
    void logits_that_are_no_numbers_choose_some_expert() {
        for (Gating gating : Gating.values()) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                mixture(vulkan, own, bad, 2, gating, 8, true, null, 1, 1);
                mixture(vulkan, own, bad, 101, gating, 8, true, new float[EXPERTS], 8, 4);
            }
            assertAgreement(gating, 8, true, null, 1, 1);
        }
    }

    private static float[][] mixture(
            Backend backend,
            Linear[][] linears,
            float size,
            int tokens,
            Gating gating,
            int used,
            boolean normalise,
            float @Nullable [] bias,
            int groups,
            int groupsUsed) {
        Random random = new Random(63);
        Experts experts = new Experts(
                null,
                linears[0],
                linears[1],
                Activation.RELU,
                used,
                gating,
                normalise,
                1.5f,
                bias,
                groups,
                groupsUsed);
        try (Activations x = backend.activations(tokens, SIZE);
                Activations router = backend.activations(tokens, EXPERTS);
                Activations y = backend.activations(tokens, SIZE)) {
            fill(x, random, tokens, 1);
            fill(router, random, tokens, size);
            backend.experts(x, router, experts, y);
            float[][] rows = new float[tokens][SIZE];
            for (int row = 0; row < tokens; row++) {
                y.read(row, rows[row], 0);
            }
            return rows;
        }
    }

    private static void fill(Activations x, Random random, int rows, float size) {
        x.rows(rows);
        float[] values = new float[x.columns()];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < values.length; i++) {
                values[i] = size * (float) random.nextGaussian();
            }
            x.write(row, values, 0);
        }
    }
}

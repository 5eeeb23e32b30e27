package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Products of many rows with factors in float16: eleven bits of each are kept, and sums are float32. Of products whose
 * results have a deviation of one that leaves errors of about 2e-4; 2e-3 is more than the largest of thousands.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Float16Test {
    private static final int SIZE = 160;
    private static final int TOKENS = 70;
    private static final float PRECISION = 2e-3f;

    private VulkanBackend vulkan;

    @BeforeAll
    void open() {
        vulkan = RequiresVulkan.open(new Switches(
                true, true, true, true, true, true, false, Long.MAX_VALUE, Long.MAX_VALUE, null));
        assertThat(vulkan.gpu().device().float16()).isTrue();
    }

    @AfterAll
    void the_validation_layer_was_silent() {
        assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
        vulkan.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "Q8_0"})
    void products_agree_with_the_reference_to_eleven_bits(TensorType type) {
        assertAgreement(1, backend -> product(backend, type, 1));
    }

    @Test
    void activations_beyond_the_range_of_float16_do_not_overflow() {
        assertAgreement(2e5f, backend -> product(backend, TensorType.F16, 2e5f));
    }

    @Test
    void what_factors_hold_exactly_is_added_up_without_loss() {
        Tensor tensor = square(TensorType.F16, new Random(20));
        for (int i = 0; i < SIZE * SIZE; i++) { // float16 has no number between 1024 and 1025
            tensor.data()
                    .setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(i % SIZE == 0 ? 1024 : 0.25f));
        }
        Linear weight = new Linear(vulkan.matrix(tensor), null);
        try (Activations x = vulkan.activations(TOKENS, SIZE);
                Activations y = vulkan.activations(TOKENS, SIZE)) {
            x.rows(TOKENS);
            float[] ones = new float[SIZE];
            Arrays.fill(ones, 1);
            for (int row = 0; row < TOKENS; row++) {
                x.write(row, ones, 0);
            }
            vulkan.matmul(x, new Linear[] {weight}, new Activations[] {y});
            for (float[] row : rows(y)) {
                assertThat(row).containsOnly(1024 + 0.25f * (SIZE - 1));
            }
        } finally {
            vulkan.release(weight.weight());
        }
    }

    @Test
    void weights_in_float32_as_those_of_routers_stay_float32() {
        float[][] expected;
        try (ReferenceBackend reference = new ReferenceBackend()) {
            expected = product(reference, TensorType.F32, 1);
        }
        float[][] found = product(vulkan, TensorType.F32, 1);
        for (int row = 0; row < TOKENS; row++) {
            assertThat(found[row]).as("row %d", row).containsExactly(expected[row], within(1e-5f));
        }
    }

    @Test
    void experts_agree_with_the_reference() {
        assertAgreement(1, backend -> mixture(backend, Activation.RELU, false));
        assertAgreement(2, backend -> mixture(backend, Activation.SWIGLU_OAI, true)); // results are twice as large
    }

    private interface Computation {
        float[][] on(Backend backend);
    }

    private void assertAgreement(float size, Computation computation) {
        float[][] expected;
        try (ReferenceBackend reference = new ReferenceBackend()) {
            expected = computation.on(reference);
        }
        float[][] found = computation.on(vulkan);
        double largest = 0;
        for (int row = 0; row < TOKENS; row++) {
            for (int i = 0; i < SIZE; i++) {
                assertThat(found[row][i] / size)
                        .as("row %d, [%d]", row, i)
                        .isEqualTo(expected[row][i] / size, within(PRECISION));
                largest = Math.max(largest, Math.abs(found[row][i] - expected[row][i]) / size);
            }
        }
        assertThat(largest).as("float32 would be nearer").isGreaterThan(1e-4);
    }

    private static float[][] product(Backend backend, TensorType type, float size) {
        Random random = new Random(21);
        Linear weight = new Linear(backend.matrix(square(type, random)), null);
        try (Activations x = backend.activations(TOKENS, SIZE);
                Activations y = backend.activations(TOKENS, SIZE)) {
            fill(x, random, size);
            backend.matmul(x, new Linear[] {weight}, new Activations[] {y});
            return rows(y);
        } finally {
            backend.release(weight.weight());
        }
    }

    /** @param gpt whether experts have gates, and all projections biases */
    private static float[][] mixture(Backend backend, Activation activation, boolean gpt) {
        Random random = new Random(22);
        Linear[][] layers = new Linear[3][4];
        for (Linear[] layer : layers) {
            for (int e = 0; e < layer.length; e++) {
                float[] bias = new float[SIZE];
                for (int i = 0; i < SIZE; i++) {
                    bias[i] = (float) random.nextGaussian();
                }
                layer[e] = new Linear(
                        backend.matrix(square(TensorType.F16, random)), gpt ? backend.parameter(bias) : null);
            }
        }
        Experts experts = new Experts(
                gpt ? layers[2] : null,
                layers[0],
                layers[1],
                activation,
                2,
                Experts.Gating.SOFTMAX,
                true,
                1,
                null,
                1,
                1);
        try (Activations x = backend.activations(TOKENS, SIZE);
                Activations router = backend.activations(TOKENS, layers[0].length);
                Activations y = backend.activations(TOKENS, SIZE)) {
            fill(x, random, 1);
            fill(router, random, 1);
            backend.experts(x, router, experts, y);
            return rows(y);
        } finally {
            for (Linear[] layer : layers) {
                for (Linear expert : layer) {
                    backend.release(expert.weight());
                }
            }
        }
    }

    /** Weights that make results of the deviation of x. */
    private static Tensor square(TensorType type, Random random) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes((long) SIZE * SIZE), 64);
        double deviation = 1 / Math.sqrt(SIZE);
        switch (type) {
            case F32 -> {
                for (int i = 0; i < SIZE * SIZE; i++) {
                    data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextGaussian() * deviation));
                }
            }
            case F16 -> {
                for (int i = 0; i < SIZE * SIZE; i++) {
                    data.setAtIndex(
                            ValueLayout.JAVA_SHORT,
                            i,
                            Float.floatToFloat16((float) (random.nextGaussian() * deviation)));
                }
            }
            case Q8_0 -> {
                for (long at = 0; at < data.byteSize(); at += type.blockBytes()) {
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16((float) (deviation / 73)));
                    for (int i = 2; i < type.blockBytes(); i++) {
                        data.set(ValueLayout.JAVA_BYTE, at + i, (byte) (random.nextInt(255) - 127));
                    }
                }
            }
            default -> throw new IllegalArgumentException("no recipe for " + type);
        }
        return new Tensor(type.name(), type, new long[] {SIZE, SIZE}, data);
    }

    private static void fill(Activations x, Random random, float size) {
        x.rows(TOKENS);
        float[] values = new float[x.columns()];
        for (int row = 0; row < TOKENS; row++) {
            for (int i = 0; i < values.length; i++) {
                values[i] = size * (float) random.nextGaussian();
            }
            x.write(row, values, 0);
        }
    }

    private static float[][] rows(Activations y) {
        float[][] rows = new float[TOKENS][SIZE];
        for (int row = 0; row < TOKENS; row++) {
            y.read(row, rows[row], 0);
        }
        return rows;
    }
}

package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices that can do less go through: no subgroups, no push descriptors, small bindings, little memory. */
class PortablePathsTest {
    private static final int COLUMNS = 512;
    private static final int ROWS = 290;
    private static final int EXPERT = 128;

    private static Switches switches(boolean subgroups, boolean push, long range, long memory) {
        return new Switches(true, true, subgroups, push, true, false, false, range, memory, null);
    }

    @ParameterizedTest(name = "subgroups {0}, push descriptors {1}, bindings of {2} bytes")
    @CsvSource({"false, true, 2147483647", "true, false, 2147483647", "true, true, 65536", "false, false, 65536"})
    void products_and_norms_are_the_same(boolean subgroups, boolean push, long range) {
        try (VulkanBackend vulkan = RequiresVulkan.open(switches(subgroups, push, range, Long.MAX_VALUE));
                ReferenceBackend reference = new ReferenceBackend()) {
            Random random = new Random(5);
            for (TensorType type : List.of(
                    TensorType.F32,
                    TensorType.Q4_0,
                    TensorType.Q8_0,
                    TensorType.Q4_K,
                    TensorType.Q6_K,
                    TensorType.MXFP4)) {
                Tensor weights = weights(type, random);
                for (int tokens : new int[] {1, 3, 11}) {
                    float[][] x = rows(random, tokens);
                    assertClose(type + " x " + tokens, product(vulkan, weights, x), product(reference, weights, x));
                }
            }
            assertThat(vulkan.gpu().device().subgroups()).isEqualTo(subgroups);
            assertThat(vulkan.gpu().device().pushDescriptors()).isEqualTo(push);
            assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
        }
    }

    @Test
    void a_matrix_larger_than_a_binding_is_cut_by_rows() {
        try (VulkanBackend vulkan = RequiresVulkan.open(switches(true, true, 65536, Long.MAX_VALUE))) {
            VulkanMatrix matrix = (VulkanMatrix) vulkan.matrix(weights(TensorType.F32, new Random(6)));
            assertThat(matrix.parts()).hasSize(10).allMatch(part -> part.quantBytes() <= 65536);
            assertThat(matrix.parts().stream().mapToInt(VulkanMatrix.Part::rows).sum())
                    .isEqualTo(ROWS);
        }
    }

    /** The least that Vulkan lets a device bind is 128 MiB. */
    @Test
    void a_matrix_of_more_than_128_mebibytes_is_whole() {
        int columns = 4096;
        int rows = 8300;
        try (VulkanBackend vulkan = RequiresVulkan.open(switches(true, true, 128 << 20, Long.MAX_VALUE));
                Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(4L * columns * rows, 64);
            data.setAtIndex(ValueLayout.JAVA_FLOAT, 7, 1.5f);
            data.setAtIndex(ValueLayout.JAVA_FLOAT, (long) columns * (rows - 1) + 9, 2.5f);
            VulkanMatrix matrix =
                    (VulkanMatrix) vulkan.matrix(new Tensor("large", TensorType.F32, new long[] {columns, rows}, data));
            assertThat(matrix.parts()).hasSize(2);
            try (Activations out = vulkan.activations(2, columns)) {
                vulkan.embed(matrix, new int[] {rows - 1, 0}, 2, out);
                float[] row = new float[columns];
                out.read(0, row, 0);
                assertThat(row[9]).isEqualTo(2.5f);
                out.read(1, row, 0);
                assertThat(row[7]).isEqualTo(1.5f);
            }
            assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
        }
    }

    /** Eight experts of 64 KiB: all in one range, two or one a range, or each cut by rows. */
    @ParameterizedTest(name = "bindings of {0} bytes")
    @ValueSource(longs = {1L << 31, 140_000, 70_000, 24_000})
    void experts_in_ranges_that_a_binding_spans(long range) {
        for (int tokens : new int[] {2, 40}) {
            float[][] found;
            float[][] expected;
            try (VulkanBackend vulkan = RequiresVulkan.open(switches(true, true, range, Long.MAX_VALUE));
                    ReferenceBackend reference = new ReferenceBackend()) {
                found = mixture(vulkan, tokens);
                expected = mixture(reference, tokens);
                assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
            }
            for (int row = 0; row < tokens; row++) {
                for (int i = 0; i < EXPERT; i++) {
                    assertThat(found[row][i])
                            .as("%d tokens, row %d, [%d]", tokens, row, i)
                            .isEqualTo(expected[row][i], within(1e-4f));
                }
            }
        }
    }

    private static float[][] mixture(Backend backend, int tokens) {
        Random random = new Random(11);
        Linear[] up = new Linear[8];
        Linear[] down = new Linear[8];
        for (int e = 0; e < up.length; e++) {
            up[e] = new Linear(backend.matrix(square(random)), null);
            down[e] = new Linear(backend.matrix(square(random)), null);
        }
        Experts experts =
                new Experts(null, up, down, Activation.RELU, 3, Experts.Gating.SOFTMAX, true, 1, null, 1, 1);
        try (Activations x = backend.activations(tokens, EXPERT);
                Activations router = backend.activations(tokens, up.length);
                Activations out = backend.activations(tokens, EXPERT)) {
            fill(x, random, tokens);
            fill(router, random, tokens);
            backend.experts(x, router, experts, out);
            float[][] rows = new float[tokens][EXPERT];
            for (int row = 0; row < tokens; row++) {
                out.read(row, rows[row], 0);
            }
            return rows;
        } finally {
            for (int e = 0; e < up.length; e++) {
                backend.release(up[e].weight());
                backend.release(down[e].weight());
            }
        }
    }

    private static Tensor square(Random random) {
        MemorySegment data = Arena.ofAuto().allocate(4L * EXPERT * EXPERT, 64);
        for (int i = 0; i < EXPERT * EXPERT; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextGaussian() / Math.sqrt(EXPERT)));
        }
        return new Tensor("expert", TensorType.F32, new long[] {EXPERT, EXPERT}, data);
    }

    private static void fill(Activations x, Random random, int rows) {
        x.rows(rows);
        float[] values = new float[x.columns()];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            x.write(row, values, 0);
        }
    }

    @Test
    void more_than_the_memory_holds_is_refused_with_what_is_missing() {
        try (VulkanBackend vulkan = RequiresVulkan.open(switches(true, true, Long.MAX_VALUE, 8 << 20))) {
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> vulkan.activations(1024, 4096))
                    .withMessageContaining("16 MiB")
                    .withMessageContaining("are missing");
            try (Activations small = vulkan.activations(2, 32)) { // it goes on
                small.rows(1);
                small.write(0, new float[32], 0);
            }
        }
    }

    @Test
    void what_was_closed_makes_room_for_the_next_beside_what_stays() {
        try (VulkanBackend vulkan = RequiresVulkan.open(switches(true, true, Long.MAX_VALUE, 24 << 20));
                Activations stays = vulkan.activations(1, 32)) {
            for (int i = 0; i < 20; i++) {
                try (Activations large = vulkan.activations(1024, 3000);
                        Activations small = vulkan.activations(100, 100)) {
                    assertThat(large.capacity() + small.capacity() + stays.capacity()).isEqualTo(1125);
                }
            }
        }
    }

    @Test
    void everything_is_given_back_before_the_device_is_closed() {
        VulkanBackend vulkan = RequiresVulkan.open(RequiresVulkan.SWITCHES);
        product(vulkan, weights(TensorType.Q8_0, new Random(8)), rows(new Random(9), 2));
        VulkanInstance instance = vulkan.gpu().device().instance();
        vulkan.close();
        assertThat(instance.messages()).isEmpty();
        vulkan.close();
    }

    /** Random blocks whose scales are small numbers: half floats have their exponent cut down. */
    private static Tensor weights(TensorType type, Random random) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) ROWS * COLUMNS))];
        random.nextBytes(bytes);
        MemorySegment data = Arena.ofAuto().allocate(bytes.length, 64);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        long block = type.blockBytes();
        for (long at = 0; at < bytes.length; at += block) {
            switch (type) {
                case F32 -> data.set(ValueLayout.JAVA_FLOAT, at, (float) random.nextGaussian());
                case Q4_0, Q8_0 -> half(data, at, random);
                case Q4_K -> {
                    half(data, at, random);
                    half(data, at + 2, random);
                }
                case Q6_K -> half(data, at + block - 2, random);
                case MXFP4 -> data.set(ValueLayout.JAVA_BYTE, at, (byte) (118 + random.nextInt(8)));
                default -> throw new IllegalArgumentException("no recipe for " + type);
            }
        }
        return new Tensor(type.name(), type, new long[] {COLUMNS, ROWS}, data);
    }

    private static void half(MemorySegment data, long at, Random random) {
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16((float) (random.nextGaussian() * 0x1p-6)));
    }

    private static float[][] rows(Random random, int count) {
        float[][] rows = new float[count][COLUMNS];
        for (float[] row : rows) {
            for (int i = 0; i < COLUMNS; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    /** The product, normalised so that rows can be compared. */
    private static float[][] product(Backend backend, Tensor weights, float[][] x) {
        Matrix matrix = backend.matrix(weights);
        try (Activations in = backend.activations(x.length, COLUMNS);
                Activations out = backend.activations(x.length, ROWS)) {
            in.rows(x.length);
            for (int row = 0; row < x.length; row++) {
                in.write(row, x[row], 0);
            }
            backend.matmul(in, new Linear[] {new Linear(matrix, null)}, new Activations[] {out});
            backend.norm(out, new Norm(Norm.Kind.LAYER, null, null, 1e-5f, 0), out);
            float[][] rows = new float[x.length][ROWS];
            for (int row = 0; row < x.length; row++) {
                out.read(row, rows[row], 0);
            }
            return rows;
        } finally {
            backend.release(matrix);
        }
    }

    private static void assertClose(String what, float[][] found, float[][] expected) {
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < ROWS; i++) {
                assertThat(found[row][i])
                        .as("%s, row %d, [%d]", what, row, i)
                        .isEqualTo(expected[row][i], within(2e-5f));
            }
        }
    }
}

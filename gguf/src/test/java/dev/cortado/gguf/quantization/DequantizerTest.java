package dev.cortado.gguf.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DequantizerTest {
    /** Types without a golden: plain numbers, and ggml's form of activations that no file holds. */
    private static final Set<TensorType> WITHOUT_GOLDEN = EnumSet.of(
            TensorType.F32,
            TensorType.F64,
            TensorType.I8,
            TensorType.I16,
            TensorType.I32,
            TensorType.I64,
            TensorType.Q8_1);

    @TestFactory
    Stream<DynamicTest> gives_the_floats_of_ggml_to_the_last_bit() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : goldenFiles()) {
            try (GgufFile gguf = GgufFile.open(file)) {
                for (Tensor tensor : gguf.tensors()) {
                    gguf.tensor(tensor.name() + ".expected").ifPresent(expected -> {
                        int[] found = bits(Dequantizer.floats(tensor));
                        int[] wanted = expected.data().toArray(INTS);
                        String name = file.getFileName() + " " + tensor.name();
                        tests.add(DynamicTest.dynamicTest(
                                name, () -> assertThat(found).isEqualTo(wanted)));
                    });
                }
            }
        }
        return tests.stream();
    }

    @Test
    void a_golden_stands_for_every_type_of_weights() throws Exception {
        Set<TensorType> seen = EnumSet.copyOf(WITHOUT_GOLDEN);
        for (Path file : bundled()) {
            try (GgufFile gguf = GgufFile.open(file)) {
                gguf.tensors().forEach(tensor -> seen.add(tensor.type()));
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(TensorType.values());
    }

    @Test
    void plain_numbers_become_floats() {
        assertThat(dequantize(TensorType.F32, le(8).putFloat(-0f).putFloat(1e-42f)))
                .containsExactly(-0f, 1e-42f);
        assertThat(dequantize(TensorType.F64, le(16).putDouble(0.1).putDouble(-1e300)))
                .containsExactly(0.1f, Float.NEGATIVE_INFINITY);
        assertThat(dequantize(TensorType.I8, le(2).put((byte) -128).put((byte) 127)))
                .containsExactly(-128, 127);
        assertThat(dequantize(TensorType.I16, le(4).putShort((short) -32768).putShort((short) 258)))
                .containsExactly(-32768, 258);
        assertThat(dequantize(TensorType.I32, le(8).putInt(16777217).putInt(-3)))
                .containsExactly(16777216, -3);
        assertThat(dequantize(TensorType.I64, le(16).putLong(1L << 40).putLong(-1)))
                .containsExactly(0x1p40f, -1);
    }

    @Test
    void an_activation_block_of_q8_1_is_its_scale_times_its_integers() {
        ByteBuffer block = le(36).putShort(Float.floatToFloat16(0.5f)).putShort((short) 0);
        block.put((byte) -128).put((byte) 3);
        assertThat(dequantize(TensorType.Q8_1, block))
                .startsWith(-64f, 1.5f, 0f)
                .hasSize(32);
    }

    @ParameterizedTest
    @EnumSource
    void a_row_in_the_middle_equals_that_part_of_the_whole(TensorType type) {
        int columns = 2 * type.blockSize();
        byte[] bytes = new byte[Math.toIntExact(type.bytes(3L * columns))];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 61);
        }
        Tensor tensor = new Tensor("t", type, new long[] {columns, 3}, MemorySegment.ofArray(bytes));
        float[] row = new float[columns + 2];
        Dequantizer.row(tensor, 1, row, 1);
        float[] whole = Dequantizer.floats(tensor);
        for (int j = 0; j < columns; j++) {
            assertThat(row[1 + j]).isEqualTo(whole[columns + j]);
        }
        assertThat(row[0]).isZero();
        assertThat(row[columns + 1]).isZero();
    }

    @Test
    void refuses_parts_of_blocks_and_ranges_outside_data_or_result() {
        Dequantizer q8 = Dequantizer.of(TensorType.Q8_0);
        MemorySegment oneBlock = MemorySegment.ofArray(new byte[34]);
        assertThatThrownBy(() -> q8.dequantize(oneBlock, 0, new float[64], 0, 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("31 weights of type Q8_0, expected a multiple of 32");
        assertThatThrownBy(() -> q8.dequantize(oneBlock, 0, new float[64], 0, 64))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> q8.dequantize(oneBlock, 1, new float[64], 0, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> q8.dequantize(oneBlock, 0, new float[64], 33, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static final ValueLayout.OfInt INTS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static int[] bits(float[] floats) {
        int[] bits = new int[floats.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(floats[i]);
        }
        return bits;
    }

    private static float[] dequantize(TensorType type, ByteBuffer bytes) {
        long count = bytes.capacity() / type.blockBytes() * (long) type.blockSize();
        MemorySegment data = MemorySegment.ofArray(bytes.array());
        return Dequantizer.floats(new Tensor("t", type, new long[] {count}, data));
    }

    private static ByteBuffer le(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Path> goldenFiles() throws IOException, URISyntaxException {
        List<Path> files = new ArrayList<>(bundled());
        if (Oracle.find("quants").isPresent()) {
            try (Stream<Path> all = Files.list(Oracle.find("quants").orElseThrow())) {
                all.filter(file -> file.toString().endsWith(".gguf")).forEach(files::add);
            }
        }
        return files;
    }

    private static List<Path> bundled() throws URISyntaxException {
        List<Path> files = new ArrayList<>();
        for (String name : List.of("/quants/quants.gguf", "/quants/quants-extra.gguf")) {
            URL resource = Objects.requireNonNull(DequantizerTest.class.getResource(name), name);
            files.add(Path.of(resource.toURI()));
        }
        return files;
    }
}

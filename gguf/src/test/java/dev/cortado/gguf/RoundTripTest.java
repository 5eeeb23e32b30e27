package dev.cortado.gguf;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read again, exactly, whatever the byte order and the alignment. */
class RoundTripTest {
    @TempDir
    Path folder;

    @Test
    void every_metadata_and_tensor_type_survives() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            ByteOrder order = seed % 2 == 0 ? LITTLE_ENDIAN : BIG_ENDIAN;
            int alignment = 1 << seed % 13;
            RandomGguf random = RandomGguf.of(seed);
            Path path = folder.resolve("random.gguf");
            random.writer().byteOrder(order).alignment(alignment).write(path);

            try (GgufFile file = GgufFile.open(path)) {
                assertThat(file.version()).isEqualTo(3);
                assertThat(file.byteOrder()).isEqualTo(order);
                assertThat(file.alignment()).isEqualTo(alignment);
                assertThat(file.size()).isEqualTo(Files.size(path));
                assertMetadata(file.metadata(), random.metadata());
                assertTensors(file, random.tensors());
            }
        }
    }

    @Test
    void a_split_model_is_the_same_from_any_of_its_parts() throws IOException {
        RandomGguf random = RandomGguf.of(7);
        List<Path> parts = random.writer().byteOrder(BIG_ENDIAN).alignment(64).writeSplit(folder, "model", 2_000);

        assertThat(parts).hasSizeGreaterThan(3);
        assertThat(parts.getFirst()).hasFileName("model-00001-of-%05d.gguf".formatted(parts.size()));
        for (Path part : parts) {
            try (GgufFile file = GgufFile.open(part)) {
                assertThat(file.path()).isEqualTo(parts.getFirst());
                assertThat(file.alignment()).isEqualTo(64);
                assertMetadata(file.metadata(), random.metadata());
                assertTensors(file, random.tensors());
            }
        }
    }

    @Test
    void a_copy_keeps_exact_types_and_leaves_the_layout_behind() throws IOException {
        RandomGguf random = RandomGguf.of(3);
        List<Path> parts = random.writer().alignment(4096).writeSplit(folder, "model", 5_000);
        Path copy = folder.resolve("copy.gguf");
        try (GgufFile source = GgufFile.open(parts.getLast())) {
            GgufWriter writer = new GgufWriter().putAll(source.metadata());
            source.tensors().forEach(writer::add);
            writer.write(copy);
        }
        try (GgufFile file = GgufFile.open(copy)) {
            assertThat(file.alignment()).isEqualTo(32);
            assertThat(file.metadata().keys())
                    .containsExactlyElementsOf(random.metadata().keySet());
            assertMetadata(file.metadata(), random.metadata());
            assertTensors(file, random.tensors());
        }
    }

    @Test
    void a_tensor_may_come_in_pieces_bigger_than_the_buffer() throws IOException {
        byte[] data = new byte[3 * 5_000_000];
        new Random(1).nextBytes(data);
        for (ByteOrder order : List.of(LITTLE_ENDIAN, BIG_ENDIAN)) {
            Path path = folder.resolve("big.gguf");
            MemorySegment bytes = MemorySegment.ofArray(data);
            new GgufWriter()
                    .byteOrder(order)
                    .add("i8", TensorType.I8, new long[] {1}, sink -> sink.write(bytes.asSlice(0, 1)))
                    .add("f32", TensorType.F32, new long[] {data.length / 4}, sink -> {
                        sink.write(bytes.asSlice(0, 4));
                        sink.write(bytes.asSlice(4, 8_000_000));
                        sink.write(bytes.asSlice(8_000_004));
                    })
                    .write(path);
            try (GgufFile file = GgufFile.open(path)) {
                assertThat(file.tensor("f32").orElseThrow().data().toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(data);
            }
        }
    }

    private static void assertMetadata(Metadata found, Map<String, MetadataValue> expected) {
        expected.forEach((key, value) ->
                assertThat(found.typed(key)).get().usingRecursiveComparison().isEqualTo(value));
    }

    private static void assertTensors(GgufFile file, List<Tensor> expected) {
        List<String> names = new ArrayList<>();
        for (Tensor tensor : expected) {
            names.add(tensor.name());
            Tensor found = file.tensor(tensor.name()).orElseThrow();
            assertThat(found.type()).isEqualTo(tensor.type());
            assertThat(found.shape()).isEqualTo(tensor.shape());
            assertThat(found.data().toArray(ValueLayout.JAVA_BYTE))
                    .as("%s", tensor)
                    .isEqualTo(tensor.data().toArray(ValueLayout.JAVA_BYTE));
        }
        assertThat(file.tensors()).extracting(Tensor::name).containsExactlyElementsOf(names);
    }
}

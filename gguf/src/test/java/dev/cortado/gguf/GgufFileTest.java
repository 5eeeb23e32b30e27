package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An open file: its life and its size. */
class GgufFileTest {
    @TempDir
    Path folder;

    @Test
    void use_after_close_throws_and_closing_twice_does_not() throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            Path path = folder.resolve("model.gguf");
            new GgufWriter()
                    .byteOrder(order)
                    .put("general.name", MetadataValue.string("rabbit"))
                    .add(new Tensor("w", TensorType.F32, new long[] {1}, MemorySegment.ofArray(new byte[4])))
                    .write(path);
            GgufFile file = GgufFile.open(path);
            Tensor tensor = file.tensor("w").orElseThrow();
            MemorySegment data = tensor.data();
            assertThat(data.isReadOnly()).isTrue();

            file.close();
            file.close();

            assertThatIllegalStateException().isThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0));
            assertThatIllegalStateException().isThrownBy(() -> file.metadata().string("general.name"));
        }
    }

    @Test
    void texts_are_those_of_strings() throws IOException {
        Path path = folder.resolve("texts.gguf");
        String[] texts = {"", "plain", "\u2581caf\u00E9", "\uD83D\uDC07", "x".repeat(5000), "\u00E9".repeat(3000), "end"
        };
        new GgufWriter()
                .put("texts", MetadataValue.strings(texts))
                .put("number", MetadataValue.uint32(1))
                .put("numbers", MetadataValue.floats(1, 2))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            TextArray array = file.metadata().texts("texts").orElseThrow();
            for (int time = 0; time < 2; time++) {
                List<String> found = new ArrayList<>();
                array.forEach(
                        (bytes, from, to) -> found.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
                assertThat(found).containsExactly(texts);
            }
            assertThat(array.size()).isEqualTo(texts.length);
            assertThat(file.metadata().texts("none")).isEmpty();
            for (String key : List.of("number", "numbers")) {
                assertThatThrownBy(() -> file.metadata().texts(key))
                        .isInstanceOf(GgufFormatException.class)
                        .hasMessageContainingAll(key, "an array of STRING");
            }
        }
    }

    @Test
    void what_is_not_utf8_is_replaced_in_texts_too() {
        Metadata metadata = new RawGguf(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                .text("texts")
                .int32(MetadataType.ARRAY.id(), MetadataType.STRING.id())
                .int64(1, 3)
                .bytes('a', 0xC3, 'b')
                .read()
                .metadata();

        metadata.texts("texts")
                .orElseThrow()
                .forEach((bytes, from, to) -> assertThat(Arrays.copyOfRange(bytes, from, to))
                        .isEqualTo(metadata.strings("texts").orElseThrow()[0].getBytes(StandardCharsets.UTF_8))
                        .isEqualTo("a\uFFFDb".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void tensors_may_lie_beyond_four_gigabytes() throws IOException {
        long far = 5L << 30;
        byte[] head = new RawGguf(ByteOrder.LITTLE_ENDIAN, 3, 2, 0)
                .tensor("near", TensorType.F32, 0, (far - 32) / 4)
                .tensor("far", TensorType.I8, far, 3)
                .align(32)
                .toBytes();
        Path path = folder.resolve("sparse.gguf");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(head);
            file.seek(head.length + far);
            file.write(new byte[] {1, 2, 3});
        }

        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.tensor("far").orElseThrow().data().toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(1, 2, 3);
            assertThat(file.tensor("near").orElseThrow().bytes()).isEqualTo(far - 32);
        }
    }

    @Test
    void what_cannot_be_read_is_said_so() throws IOException {
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("none.gguf"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> GgufFile.open(folder))
                .isInstanceOf(GgufFormatException.class)
                .hasMessageContaining("not a regular file");
        Path empty = Files.createFile(folder.resolve("empty.gguf"));
        assertThatThrownBy(() -> GgufFile.open(empty))
                .isInstanceOf(GgufFormatException.class)
                .hasMessageContaining("header: 4 bytes wanted at offset 0, but the file ends at 0");
    }
}

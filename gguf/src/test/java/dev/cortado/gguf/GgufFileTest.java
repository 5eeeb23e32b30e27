package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

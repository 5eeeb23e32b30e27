package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts that do not belong together are refused. */
class SplitFileTest {
    @TempDir
    Path folder;

    private List<Path> parts;

    @BeforeEach
    void split_a_model() throws IOException {
        parts = split("model", ByteOrder.LITTLE_ENDIAN, "a", "b", "c");
    }

    private List<Path> split(String name, ByteOrder order, String... tensors) throws IOException {
        GgufWriter writer = new GgufWriter().byteOrder(order);
        for (String tensor : tensors) {
            writer.add(new Tensor(tensor, TensorType.I8, new long[] {4}, MemorySegment.ofArray(new byte[4])));
        }
        return writer.writeSplit(folder, name, 4);
    }

    @Test
    void a_part_is_missing() throws IOException {
        Files.delete(parts.get(1));
        refused("key 'split.count': the part model-00002-of-00003.gguf is missing");
    }

    @Test
    void a_part_stands_under_another_name() throws IOException {
        Files.copy(parts.get(1), parts.get(2), StandardCopyOption.REPLACE_EXISTING);
        refused("model-00003-of-00003.gguf: key 'split.no': 1 found, 2 expected");
    }

    @Test
    void a_part_is_of_a_model_with_more_parts() throws IOException {
        List<Path> others = split("other", ByteOrder.LITTLE_ENDIAN, "a", "b", "c", "d");
        Files.copy(others.get(1), parts.get(1), StandardCopyOption.REPLACE_EXISTING);
        refused("key 'split.count': 4 found, 3 expected");
    }

    @Test
    void a_part_has_another_byte_order() throws IOException {
        List<Path> others = split("other", ByteOrder.BIG_ENDIAN, "x", "y", "z");
        Files.copy(others.get(1), parts.get(1), StandardCopyOption.REPLACE_EXISTING);
        refused("header: BIG_ENDIAN found, LITTLE_ENDIAN expected as in model-00001-of-00003.gguf");
    }

    @Test
    void two_parts_have_the_same_tensor() throws IOException {
        List<Path> others = split("other", ByteOrder.LITTLE_ENDIAN, "x", "a", "z");
        Files.copy(others.get(1), parts.get(1), StandardCopyOption.REPLACE_EXISTING);
        refused("tensor 'a': another part has it too");
    }

    @Test
    void the_name_is_none_of_a_part() throws IOException {
        Path renamed = Files.move(parts.getFirst(), folder.resolve("renamed.gguf"));
        assertThatThrownBy(() -> GgufFile.open(renamed).close())
                .isInstanceOf(GgufFormatException.class)
                .hasMessageContaining("a file name that ends in -00001-of-00003.gguf is expected");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> GgufFile.open(parts.getFirst()).close())
                .isInstanceOf(GgufFormatException.class)
                .hasMessageContaining(message);
    }
}

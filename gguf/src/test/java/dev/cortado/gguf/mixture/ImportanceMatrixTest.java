package dev.cortado.gguf.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportanceMatrixTest {
    @TempDir
    Path folder;

    @Test
    void a_gguf_holds_sums_and_counts_for_each_expert() throws IOException {
        Path path = folder.resolve("text.gguf");
        new GgufWriter()
                .put("imatrix.datasets", MetadataValue.strings("stories"))
                .put("imatrix.chunk_count", MetadataValue.uint32(9))
                .add(
                        "a.weight.in_sum2",
                        TensorType.F32,
                        new long[] {2, 3},
                        sink -> sink.write(floats(2, 4, 3, 9, 5, 6)))
                .add("a.weight.counts", TensorType.F32, new long[] {1, 3}, sink -> sink.write(floats(2, 3, 0)))
                .write(path);
        ImportanceMatrix matrix = ImportanceMatrix.read(path);
        assertThat(matrix.of("a.weight").orElseThrow()).containsExactly(1, 2, 1, 3, 1, 1);
        assertThat(matrix.of("b.weight")).isEmpty();
        assertThat(matrix.datasets()).containsExactly("stories");
        assertThat(matrix.chunks()).hasValue(9);
    }

    @Test
    void the_older_form_holds_values_times_calls() throws IOException {
        ImportanceMatrix matrix = ImportanceMatrix.read(legacy(1));
        assertThat(matrix.of("a.weight").orElseThrow()).containsExactly(0.5f, 2);
        assertThat(matrix.chunks()).hasValue(7);
        assertThat(matrix.datasets()).containsExactly("stories");
    }

    @Test
    void a_file_cut_anywhere_gives_a_message() throws IOException {
        byte[] whole = Files.readAllBytes(legacy(1));
        int endOfEntries = whole.length - 15;
        for (int length = 0; length < whole.length; length++) {
            Path cut = folder.resolve("cut");
            Files.write(cut, Arrays.copyOf(whole, length));
            if (length == endOfEntries || length == endOfEntries + 4) {
                assertThat(ImportanceMatrix.read(cut).of("a.weight")).isPresent();
            } else {
                assertThatThrownBy(() -> ImportanceMatrix.read(cut))
                        .isInstanceOf(GgufFormatException.class)
                        .hasMessageStartingWith(cut + ": no importance matrix, or a cut one: ");
            }
        }
    }

    @Test
    void what_cannot_be_importance_is_refused() throws IOException {
        assertThatThrownBy(() -> ImportanceMatrix.read(legacy(-1)))
                .isInstanceOf(GgufFormatException.class)
                .hasMessageContaining("importance -0.5 for tensor a.weight, finite numbers from 0 on expected");
        Path model = folder.resolve("model.gguf");
        new GgufWriter().write(model);
        assertThatThrownBy(() -> ImportanceMatrix.read(model))
                .isInstanceOf(GgufFormatException.class)
                .hasMessage(model + ": no tensor NAME.in_sum2, one for each matrix expected");
        Path lonely = folder.resolve("lonely.gguf");
        new GgufWriter()
                .add("a.in_sum2", TensorType.F32, new long[] {2}, sink -> sink.write(floats(2, 4)))
                .write(lonely);
        assertThatThrownBy(() -> ImportanceMatrix.read(lonely))
                .isInstanceOf(GgufFormatException.class)
                .hasMessage(lonely + ": tensor a.counts is missing beside a.in_sum2");
    }

    private Path legacy(float sign) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(1);
        bytes.putInt(8).put("a.weight".getBytes(StandardCharsets.UTF_8));
        bytes.putInt(4).putInt(2).putFloat(sign * 2).putFloat(8);
        bytes.putInt(7);
        bytes.putInt(7).put("stories".getBytes(StandardCharsets.UTF_8));
        Path path = folder.resolve("text.dat");
        Files.write(path, Arrays.copyOf(bytes.array(), bytes.position()));
        return path;
    }

    private static MemorySegment floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return MemorySegment.ofBuffer(bytes);
    }
}

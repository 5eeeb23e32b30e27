package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is there whole or not at all, and nothing is written that the reader would refuse. */
class GgufWriterTest {
    private static final long[] FOUR = {4};

    @TempDir
    Path folder;

    @Test
    void a_failure_leaves_nothing_behind_and_the_old_file_as_it_was() throws IOException {
        Path target = folder.resolve("model.gguf");
        Files.writeString(target, "old");
        GgufWriter writer = new GgufWriter().add("w", TensorType.I8, FOUR, sink -> {
            sink.write(MemorySegment.ofArray(new byte[2]));
            throw new IOException("disk gone");
        });

        assertThatThrownBy(() -> writer.write(target)).hasMessage("disk gone");
        assertThatThrownBy(() -> writer.writeSplit(folder, "part", 1)).hasMessage("disk gone");

        assertThat(files()).containsExactly(target);
        assertThat(target).hasContent("old");
    }

    @Test
    void a_finished_file_takes_the_place_of_the_old_one() throws IOException {
        Path target = folder.resolve("model.gguf");
        Files.writeString(target, "old");
        new GgufWriter().put("general.name", MetadataValue.string("new")).write(target);

        assertThat(files()).containsExactly(target);
        try (GgufFile file = GgufFile.open(target)) {
            assertThat(file.metadata().requireString("general.name")).isEqualTo("new");
        }
    }

    @Test
    void the_file_has_its_final_name_only_when_it_is_complete() throws IOException {
        Path target = folder.resolve("model.gguf");
        new GgufWriter()
                .add("w", TensorType.I8, FOUR, sink -> {
                    assertThat(target).doesNotExist();
                    sink.write(MemorySegment.ofArray(new byte[4]));
                })
                .write(target);
        assertThat(target).exists();
    }

    @Test
    void a_source_that_gives_too_little_or_too_much_is_found_out() {
        Path target = folder.resolve("model.gguf");
        assertThatIllegalStateException()
                .isThrownBy(() -> new GgufWriter()
                        .add("w", TensorType.I8, FOUR, sink -> sink.write(MemorySegment.ofArray(new byte[3])))
                        .write(target))
                .withMessage("tensor 'w': its source gave 3 bytes, 4 expected");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GgufWriter()
                        .add("w", TensorType.I8, FOUR, sink -> sink.write(MemorySegment.ofArray(new byte[5])))
                        .write(target));
        assertThat(target).doesNotExist();
    }

    @Test
    void what_no_reader_would_take_is_refused() {
        GgufWriter writer = new GgufWriter();
        TensorSource source = sink -> {};
        assertThatIllegalArgumentException().isThrownBy(() -> writer.alignment(48));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.put("k".repeat(70_000), MetadataValue.bool(true)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.put("general.alignment", MetadataValue.uint32(64)));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.put("half \uD83D pair", MetadataValue.bool(true)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.add("w", TensorType.Q4_0, new long[] {33}, source));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.add("w", TensorType.I8, new long[5], source));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.add("w", TensorType.I8, new long[] {1, 0}, source));
        writer.add("w", TensorType.I8, FOUR, source);
        assertThatIllegalArgumentException().isThrownBy(() -> writer.add("w", TensorType.I8, FOUR, source));
        assertThatIllegalArgumentException().isThrownBy(() -> new MetadataValue.Scalar(MetadataType.UINT8, 256L));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetadataValue.integers(MetadataType.INT16, 5, Short.MAX_VALUE + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new MetadataValue.Scalar(MetadataType.STRING, 1L));
    }

    @Test
    void arrays_nested_too_deep_are_refused() {
        MetadataValue.Array nested = new MetadataValue.Array(MetadataType.BOOL, new boolean[1]);
        for (int i = 0; i < 64; i++) {
            nested = new MetadataValue.Array(MetadataType.ARRAY, new MetadataValue.Array[] {nested});
        }
        MetadataValue tooDeep = nested;
        assertThatIllegalArgumentException().isThrownBy(() -> new GgufWriter().put("nested", tooDeep));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}

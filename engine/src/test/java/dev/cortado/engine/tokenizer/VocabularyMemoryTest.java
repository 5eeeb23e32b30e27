package dev.cortado.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a vocabulary takes for as long as its model is open. */
class VocabularyMemoryTest {
    private static final int TOKENS = 250_000;
    /** Text, end, hash, slots, score and types; an object for each token would take as much again. */
    private static final int BYTES_PER_TOKEN = 48;

    @TempDir
    Path folder;

    @Test
    void a_token_is_no_object() throws IOException {
        try (GgufFile file = GgufFile.open(written())) {
            Tokenizer.of(file.metadata()); // classes are loaded
            long before = usedHeap();

            Tokenizer tokenizer = Tokenizer.of(file.metadata());

            assertThat(usedHeap() - before).isLessThan((long) BYTES_PER_TOKEN * TOKENS);
            assertThat(tokenizer.vocabulary().text(TOKENS - 1)).isEqualTo(text(TOKENS - 1));
            assertThat(tokenizer.vocabulary().id(text(TOKENS - 2))).isEqualTo(TOKENS - 2);
        }
    }

    private Path written() throws IOException {
        Path path = folder.resolve("vocabulary.gguf");
        new GgufWriter()
                .put("tokenizer.ggml.model", MetadataValue.string("llama"))
                .put("tokenizer.ggml.tokens", MetadataValue.strings(texts()))
                .put("tokenizer.ggml.scores", MetadataValue.floats(new float[TOKENS]))
                .put("tokenizer.ggml.unknown_token_id", MetadataValue.uint32(0))
                .write(path);
        return path;
    }

    private static String[] texts() {
        return IntStream.range(0, TOKENS).mapToObj(VocabularyMemoryTest::text).toArray(String[]::new);
    }

    private static String text(int id) {
        return (id % 2 == 0 ? "\u2581" : "") + id;
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

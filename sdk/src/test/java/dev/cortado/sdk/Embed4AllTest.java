package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The semantics of Embed4All, on all-MiniLM-L6-v2. */
@RequiresModel(RealModel.MINILM)
class Embed4AllTest {
    private static final String FOX = "The quick brown fox jumps over the lazy dog";

    private static Embed4All embedder;

    @BeforeEach
    void open(Path checkpoint) throws IOException {
        if (embedder == null) {
            embedder = MiniLm.open(checkpoint);
        }
    }

    @AfterAll
    static void close() {
        if (embedder != null) {
            embedder.close();
        }
    }

    private static String words(int count) {
        return String.join(" ", Collections.nCopies(count, "the"));
    }

    private static int tokens(int words, String mode) {
        return embedder.result(List.of(words(words)), EmbedOptions.DEFAULT.withLongTextMode(mode)).nPromptTokens();
    }

    @Test
    void a_vector_has_unit_length_and_the_original_s_values() {
        float[] vector = embedder.embed(FOX);
        float[] original = {
            0.0354823f, 0.0613894f, 0.0527873f, 0.0706526f, 0.0331979f, -0.0308219f, 0.0066267f, -0.0611901f, -0.0012803f, 0.0107245f
        };
        for (int i = 0; i < original.length; i++) {
            assertThat(vector[i]).isCloseTo(original[i], within(1e-4f));
        }
        assertThat(vector).hasSize(384);
        assertThat(EmbeddingIndex.similarity(vector, vector)).isCloseTo(1, within(1e-6f));
    }

    @Test
    void tokens_are_counted_without_the_special_ones_and_twice_in_overlaps() {
        assertThat(embedder.result(List.of(FOX), EmbedOptions.DEFAULT).nPromptTokens()).isEqualTo(9);
        assertThat(tokens(510, "mean")).isEqualTo(510);
        assertThat(tokens(511, "mean")).isEqualTo(519);
        assertThat(tokens(518, "mean")).isEqualTo(526);
        assertThat(tokens(519, "mean")).isEqualTo(527);
        assertThat(tokens(1012, "mean")).isEqualTo(1020);
        assertThat(tokens(1013, "mean")).isEqualTo(1029);
        assertThat(tokens(1013, "truncate")).isEqualTo(510);
    }

    @Test
    void a_text_without_tokens_gets_the_placeholder_s_vector() {
        EmbedResult empty = embedder.result(List.of(""), EmbedOptions.DEFAULT);
        assertThat(empty.nPromptTokens()).isEqualTo(23);
        assertThat(empty.embeddings()[0]).isEqualTo(embedder.embed("24df574ea1c998de59d5be15e769658e"));
    }

    @Test
    void the_order_of_texts_is_kept_however_they_are_packed() {
        Random random = new Random(1);
        List<String> texts = IntStream.range(0, 40).mapToObj(i -> words(1 + random.nextInt(90)) + " " + i).toList();
        float[][] together = embedder.embed(texts);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(EmbeddingIndex.similarity(together[i], embedder.embed(texts.get(i)))).isGreaterThan(0.99999f);
        }
    }

    @Test
    void a_stream_of_texts_comes_back_in_order() {
        List<String> texts = IntStream.range(0, 50).mapToObj(i -> "text " + i).toList();
        List<float[]> vectors = new ArrayList<>();
        embedder.embed(texts.iterator(), EmbedOptions.DEFAULT, vectors::add);
        assertThat(vectors).hasSize(50);
        assertThat(EmbeddingIndex.similarity(vectors.get(33), embedder.embed("text 33"))).isGreaterThan(0.99999f);
    }

    @Test
    void what_is_wrong_is_told_in_the_original_s_words() {
        assertThatThrownBy(() -> embedder.embed("")).hasMessage("text must not be None or empty");
        assertThatThrownBy(() -> embedder.embed(List.of())).hasMessage("text must not be None or empty");
        assertThatThrownBy(() -> embedder.embed("x", EmbedOptions.DEFAULT.withDimensionality(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Dimensionality must be None or a positive integer, got 0");
        assertThatThrownBy(() -> embedder.embed("x", EmbedOptions.DEFAULT.withDimensionality(128)))
                .isInstanceOf(EmbeddingException.class)
                .hasMessage("Failed to generate embeddings: unsupported dimensionality 128 for model all-MiniLM-L6-v2 (supported: 384)");
        assertThatThrownBy(() -> embedder.embed("x", EmbedOptions.DEFAULT.withLongTextMode("x")))
                .hasMessage("Long text mode must be one of 'mean' or 'truncate', got 'x'");
        assertThatThrownBy(() -> embedder.embed("x", EmbedOptions.DEFAULT.withPrefix("foo")))
                .hasMessage("Failed to generate embeddings: \"foo\" is not a valid task type for model all-MiniLM-L6-v2");
        assertThatThrownBy(() -> embedder.embed(words(8193), EmbedOptions.DEFAULT.withAtlas(true)))
                .hasMessage("Failed to generate embeddings: length of text at index 0 is 8193 tokens which exceeds limit of 8192");
    }

    @Test
    void the_cancel_callback_sees_the_batches_before_anything_is_computed() {
        List<Object> seen = new ArrayList<>();
        EmbedOptions options = EmbedOptions.DEFAULT.withCancelCallback((sizes, backend) -> {
            seen.add(sizes);
            seen.add(backend);
            return true;
        });
        assertThatThrownBy(() -> embedder.embed(words(511), options))
                .isInstanceOf(CancellationException.class)
                .hasMessage("operation was canceled");
        assertThat(seen).containsExactly(List.of(523), "cpu");
    }

    @Test
    void a_language_model_is_no_embedding_model() {
        try (Embed4All wrong = new Embed4All(new GPT4All())) {
            assertThatThrownBy(() -> wrong.embed("x"))
                    .hasMessage("Failed to generate embeddings: not an embedding model: Tiny Storyteller");
        }
    }

    @Test
    void the_closest_vectors_are_found() {
        EmbeddingIndex index = EmbeddingIndex.of(embedder.embed(List.of("a small red fox", "steam engines", "an owl at night")));
        assertThat(index.topK(embedder.embed("a bird"), 2)).first().extracting(EmbeddingIndex.Match::index).isEqualTo(2);
    }

    @Test
    void a_stream_of_texts_is_embedded_in_order_and_holds_one_window_of_them() {
        List<String> phrases = IntStream.range(0, 47)
                .mapToObj(i -> words(i % 7) + " number " + i)
                .toList();
        EmbeddingIndex index = EmbeddingIndex.of(embedder.embed(phrases));
        int count = 3000;
        int[] taken = {0};
        int[] received = {0};
        int[] mostHeld = {0};
        Iterator<String> texts = IntStream.range(0, count)
                .mapToObj(i -> {
                    taken[0]++;
                    mostHeld[0] = Math.max(mostHeld[0], taken[0] - received[0]);
                    return phrases.get(i % phrases.size());
                })
                .iterator();
        embedder.embed(texts, EmbedOptions.DEFAULT, vector -> {
            EmbeddingIndex.Match best = index.topK(vector, 1).getFirst();
            assertThat(best.index()).isEqualTo(received[0]++ % phrases.size());
            assertThat(best.similarity()).isCloseTo(1, within(1e-5f));
        });
        assertThat(received[0]).isEqualTo(count);
        assertThat(mostHeld[0]).isBetween(2, 1025);
    }
}

package dev.cortado.engine.tokenizer;

import static dev.cortado.engine.tokenizer.Vocabularies.bytePairs;
import static dev.cortado.engine.tokenizer.Vocabularies.sentencePieces;
import static dev.cortado.engine.tokenizer.Vocabularies.unigrams;
import static dev.cortado.engine.tokenizer.Vocabularies.wordPieces;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokenVocabularyTest {
    @Test
    void names_key_found_and_expected() {
        refused(sentencePieces("a").with("model", null), "tokenizer.ggml.model");
        refused(sentencePieces("a").with("model", "lama\u001B"), "tokenizer.ggml.model", "lama?", "llama", "bert");
        refused(sentencePieces("a").with("tokens", null), "tokenizer.ggml.tokens");
        refused(sentencePieces("a").with("tokens", new String[0]), "tokenizer.ggml.tokens", "empty");
        refused(sentencePieces("a", "b", "a"), "tokenizer.ggml.tokens", "259", "261");
        refused(sentencePieces("a").with("scores", new float[5]), "tokenizer.ggml.scores", "5", "260");
        refused(sentencePieces("a").with("token_type", new int[7]), "tokenizer.ggml.token_type", "7", "260");
        refused(sentencePieces("a").with("bos_token_id", "one"), "tokenizer.ggml.bos_token_id");
        refused(bytePairs("gpt-2").with("merges", null), "tokenizer.ggml.merges");
        refused(bytePairs("gpt-2").with("merges", new String[] {"ab"}), "tokenizer.ggml.merges", "merge 0");
        refused(bytePairs("qwen-2"), "tokenizer.ggml.pre", "qwen-2", "qwen2");
        refused(bytePairs("roberta-bpe"), "tokenizer.ggml.seperator_token_id", "add_sep_token");
        refused(wordPieces("a").with("bos_token_id", null), "tokenizer.ggml.bos_token_id");
        refused(wordPieces("a").with("unknown_token_id", null), "tokenizer.ggml.unknown_token_id");
        refused(
                unigrams(new String[] {"a"}, -1).with("precompiled_charsmap", new int[] {9, 0, 0, 0, 1}),
                "tokenizer.ggml.precompiled_charsmap");
    }

    @Test
    void a_score_that_is_no_number_is_refused() {
        float[] scores = new float[260];
        scores[259] = Float.NaN;
        refused(sentencePieces("a").with("scores", scores), "tokenizer.ggml.scores", "NaN", "259");
    }

    @Test
    void a_byte_token_that_spells_no_byte_is_refused() {
        int[] types = new int[260];
        types[259] = TokenType.BYTE.id();
        refused(sentencePieces("a").with("token_type", types), "tokenizer.ggml.tokens", "259");
    }

    @Test
    void ids_of_special_tokens_that_do_not_exist_are_ignored() {
        Vocabulary vocabulary =
                Tokenizer.of(sentencePieces("a").with("eot_token_id", 4294967295L)).vocabulary();

        assertThat(vocabulary.eot()).isEmpty();
    }

    @Test
    void merges_of_symbols_that_are_no_tokens_do_no_harm() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2").with("merges", new String[] {"a b", "ab c", "xy z"}));

        assertThat(Vocabularies.texts(tokenizer, tokenizer.encode("abc", false, false)))
                .as("what has merged into no token falls back to its letters")
                .containsExactly("a", "b", "c");
    }

    @Test
    void hostile_files_are_refused_or_work() throws IOException {
        Path hostile = Oracle.find("hostile").orElse(null);
        if (hostile == null) {
            return;
        }
        for (JsonNode entry : new ObjectMapper()
                .readTree(hostile.resolve("manifest.json").toFile())
                .get("files")) {
            String name = entry.get("file").asText();
            if (!name.startsWith("tok") && !name.startsWith("scores")) {
                continue;
            }
            try (GgufFile file = GgufFile.open(hostile.resolve(name))) {
                assertThat(Tokenizer.of(file.metadata()).encode("hello", true, true)).isNotEmpty();
                assertThat(entry.get("expect").asText()).as(name).isNotEqualTo("error");
            } catch (GgufFormatException e) {
                assertThat(e).as(name).hasMessageContainingAll(name, "tokenizer.ggml.");
                assertThat(entry.get("expect").asText()).as(name).isNotEqualTo("ok");
            }
        }
    }

    private static void refused(MapMetadata metadata, String... parts) {
        assertThatThrownBy(() -> Tokenizer.of(metadata))
                .isInstanceOf(GgufFormatException.class)
                .satisfies(e -> assertThat(List.of(parts)).allSatisfy(part -> assertThat(e).hasMessageContaining(part)));
    }
}

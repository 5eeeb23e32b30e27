package dev.cortado.engine.tokenizer;

import static dev.cortado.engine.tokenizer.Vocabularies.bytePairs;
import static dev.cortado.engine.tokenizer.Vocabularies.sentencePieces;
import static dev.cortado.engine.tokenizer.Vocabularies.texts;
import static dev.cortado.engine.tokenizer.Vocabularies.unigrams;
import static dev.cortado.engine.tokenizer.Vocabularies.wordPieces;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.engine.template.Span;
import dev.cortado.gguf.GgufFile;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenizerTest {
    private static final String[] ALPHABET = {
        "a", "B", "é", "e\u0301", " ", "  ", "\n", "\r\n", "\t", "0", "٣", "½", "'", "'s", ".", "?!", "中", "한", "🦙",
        "👨\u200D👩", "\u00A0", "\u0000", "\uFFFD", "\uE000", "<s>", "</s", "Ġ", "|", "ß", "İ",
    };

    @Test
    void merges_the_pair_that_stands_first_in_the_list_and_of_equal_ones_the_leftmost() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2", "b c", "a b", "a a"));

        assertThat(texts(tokenizer, tokenizer.encode("abc", false, false))).containsExactly("a", "bc");
        assertThat(texts(tokenizer, tokenizer.encode("abab", false, false))).containsExactly("ab", "ab");
        assertThat(texts(tokenizer, tokenizer.encode("aaa", false, false))).containsExactly("aa", "a");
    }

    @Test
    void takes_a_word_that_is_a_token_whatever_its_merges_where_the_model_does() {
        MapMetadata metadata = bytePairs("llama-bpe", "b c", "a b", "ab c").with("add_bos_token", false);

        assertThat(texts(Tokenizer.of(metadata), Tokenizer.of(metadata).encode("abc", false, false)))
                .containsExactly("abc");
        Tokenizer merging = Tokenizer.of(metadata.with("pre", "gpt-2"));
        assertThat(texts(merging, merging.encode("abc", false, false))).containsExactly("a", "bc");
    }

    @Test
    void merges_what_makes_the_token_with_the_best_score() {
        Tokenizer tokenizer = Tokenizer.of(sentencePieces("bc", "ab", "▁", "a", "b", "c", "▁a"));

        assertThat(texts(tokenizer, tokenizer.encode("abc", false, false))).containsExactly("▁a", "bc");
        assertThat(texts(tokenizer, tokenizer.encode("cab", false, false))).containsExactly("▁", "c", "ab");
    }

    @Test
    void falls_back_to_bytes_for_characters_that_are_no_tokens() {
        Tokenizer tokenizer = Tokenizer.of(sentencePieces("▁"));

        assertThat(texts(tokenizer, tokenizer.encode("é", false, false))).containsExactly("▁", "<0xC3>", "<0xA9>");
        assertThat(tokenizer.decode(tokenizer.encode("é", false, false), true, false))
                .isEqualTo("é".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void drops_white_space_and_case_where_words_are_all_that_counts() {
        MapMetadata metadata = bytePairs("whitespace", "a b", "ab c").with("model", "whitespace");
        Tokenizer keeping = Tokenizer.of(metadata);
        Tokenizer lower = Tokenizer.of(metadata.with("normalizer.lowercase", true));

        assertThat(texts(keeping, keeping.encode(" abc\u3000 ab ", false, false))).containsExactly("abc", "ab");
        assertThat(texts(lower, lower.encode("ABC", false, false))).containsExactly("abc");
    }

    @Test
    void takes_the_longest_pieces_of_a_word_or_the_unknown_token() {
        Tokenizer tokenizer = Tokenizer.of(wordPieces("▁caf", "▁c", "e", "▁!", "▁中"));

        assertThat(texts(tokenizer, tokenizer.encode("Café! 中x", true, false)))
                .containsExactly("[CLS]", "▁caf", "e", "▁!", "▁中", "[UNK]", "[SEP]");
    }

    @Test
    void keeps_case_and_accents_where_the_normalizer_does() {
        MapMetadata metadata = wordPieces("▁É", "▁é", "▁e").with("normalizer.lowercase", false);
        Tokenizer keeping = Tokenizer.of(metadata);

        assertThat(texts(keeping, keeping.encode("É", false, false))).containsExactly("▁É");
        Tokenizer stripping = Tokenizer.of(metadata.with("normalizer.lowercase", true));
        assertThat(texts(stripping, stripping.encode("É", false, false))).containsExactly("▁e");
    }

    @Test
    void finds_the_most_probable_division() {
        Tokenizer tokenizer = Tokenizer.of(
                unigrams(new String[] {"▁a", "b", "c", "▁ab", "bc", "▁", "a"}, -1, -1, -1, -5, -1.5f, -3, -3));

        assertThat(texts(tokenizer, tokenizer.encode("  abc ", false, false))).containsExactly("▁a", "bc");
        assertThat(texts(tokenizer, tokenizer.encode("axyb", true, false)))
                .as("unknown characters in a row are one token")
                .containsExactly("▁a", "<unk>", "b", "</s>");
    }

    @Test
    void finds_special_tokens_only_where_they_are_asked_for_and_user_defined_ones_everywhere() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2"));

        assertThat(texts(tokenizer, tokenizer.encode("a<|end|>", false, true))).containsExactly("a", "<|end|>");
        assertThat(texts(tokenizer, tokenizer.encode("a<|end|>", false, false))).hasSize(8);
        assertThat(texts(tokenizer, tokenizer.encode("a<tool>", false, false))).containsExactly("a", "<tool>");
    }

    @Test
    void finds_longer_special_tokens_first_wherever_they_stand() {
        MapMetadata metadata = bytePairs("gpt-2");
        String[] tokens = ((String[]) metadata.values().get("tokenizer.ggml.tokens")).clone();
        tokens[256] = "abc";
        tokens[257] = "cdef";
        Tokenizer tokenizer = Tokenizer.of(metadata.with("tokens", tokens));

        assertThat(texts(tokenizer, tokenizer.encode("abcdef", false, true))).containsExactly("a", "b", "cdef");
    }

    @Test
    void control_tokens_of_phi_3_take_the_white_space_after_them() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2").with("general.name", "Phi-3 mini"));

        assertThat(texts(tokenizer, tokenizer.encode("<|end|> \n a", false, true))).containsExactly("<|end|>", "a");
    }

    @Test
    void untrusted_spans_hold_no_control_tokens() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2"));

        int[] ids = tokenizer.encode(
                List.of(new Span("a", true), new Span("<|end|>", false), new Span("<|end|>", true)), false);
        assertThat(texts(tokenizer, ids)).hasSize(9).endsWith("<|end|>");
        int[] halves = tokenizer.encode(List.of(new Span("<|en", false), new Span("d|>", true)), false);
        assertThat(texts(tokenizer, halves)).as("half in an untrusted span").hasSize(7);
        int[] trustedHalves = tokenizer.encode(List.of(new Span("<|en", true), new Span("d|>", true)), false);
        assertThat(texts(tokenizer, trustedHalves)).containsExactly("<|end|>");
    }

    @Test
    void spans_without_control_tokens_in_untrusted_ones_give_the_ids_of_the_joined_text() throws Exception {
        Random random = new Random(11);
        for (String vocabulary : List.of("ggml-vocab-llama-spm.gguf", "ggml-vocab-bert-bge.gguf")) {
            try (GgufFile file = GgufFile.open(resource(vocabulary))) {
                Tokenizer tokenizer = Tokenizer.of(file.metadata());
                for (int round = 0; round < 300; round++) {
                    String trusted = "<s>[CLS] " + random(random, 5);
                    String untrusted = random(random, 8).replace("<s>", "").replace("</s", "");
                    List<Span> spans =
                            List.of(new Span(trusted, true), new Span(untrusted, false), new Span("</s>\n[SEP]", true));
                    assertThat(tokenizer.encode(spans, true))
                            .isEqualTo(tokenizer.encode(trusted + untrusted + "</s>\n[SEP]", true, true));
                }
            }
        }
    }

    @Test
    void any_text_survives_a_round_trip_through_sentencepiece() throws Exception {
        Random random = new Random(5);
        try (GgufFile file = GgufFile.open(resource("ggml-vocab-llama-spm.gguf"))) {
            Tokenizer tokenizer = Tokenizer.of(file.metadata());
            for (int round = 0; round < 2_000; round++) {
                String text = random(random, 30);
                assertThat(tokenizer.decode(tokenizer.encode(text, true, false), false, false))
                        .isEqualTo((" " + text).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void any_text_survives_a_round_trip_through_every_pre_tokenizer() {
        Random random = new Random(7);
        for (PreTokenizer pre : PreTokenizer.values()) {
            if (pre.has(PreTokenizer.Trait.UTF_8)) {
                continue;
            }
            Tokenizer tokenizer = Tokenizer.of(bytePairs(pre.names().getFirst(), "a B", "Ġ a", "Ġ Ġ", "0 0")
                    .with("add_bos_token", false)
                    .with("seperator_token_id", 0));
            for (int round = 0; round < 100; round++) {
                String text = random(random, 40);
                ByteList pieces = new ByteList(100);
                for (int id : tokenizer.encode(text, false, false)) {
                    pieces.add(tokenizer.piece(id, true));
                }
                assertThat(pieces.toArray()).as(pre.name()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void lone_surrogates_become_the_replacement_character() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2"));

        assertThat(tokenizer.decode(tokenizer.encode("a\uD800b\uDC00", false, false), false, false))
                .isEqualTo("a\uFFFDb\uFFFD".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void knows_which_tokens_end_a_reply() {
        MapMetadata metadata = bytePairs("gpt-2").with("eos_token_id", 7);
        Vocabulary vocabulary = Tokenizer.of(metadata).vocabulary();

        assertThat(vocabulary.endsGeneration(7)).isTrue();
        assertThat(vocabulary.endsGeneration(vocabulary.id("<|end|>"))).isTrue();
        assertThat(vocabulary.eot()).hasValue(vocabulary.id("<|end|>"));
        assertThat(vocabulary.endsGeneration(vocabulary.id("<tool>"))).isFalse();
        assertThat(vocabulary.isControl(vocabulary.id("<|end|>"))).isTrue();
    }

    @Test
    void an_id_outside_of_the_vocabulary_is_refused() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs("gpt-2"));

        assertThatThrownBy(() -> tokenizer.piece(258, true)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tokenizer.piece(-1, true)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static String random(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i >= 0; i--) {
            text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
        }
        return text.toString();
    }

    static Path resource(String name) throws URISyntaxException {
        return Path.of(TokenizerTest.class.getResource("/tokenizer/" + name).toURI());
    }
}

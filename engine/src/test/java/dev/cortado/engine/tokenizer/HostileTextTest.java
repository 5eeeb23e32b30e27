package dev.cortado.engine.tokenizer;

import static dev.cortado.engine.tokenizer.Vocabularies.bytePairs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.GgufFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts made to be slow or deep: long runs of one kind of character; the limits are far above what is usual. */
class HostileTextTest {
    private static final int CHARACTERS = 300_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> UNITS = List.of(
            "a", " ", "\n", "\t", "1", "é", "中", "👍", "'", "\u0301", "aA", "Éa", "a ", " \n", "a'", "</s", "<|end|>", ".");

    @Test
    void every_pre_tokenizer_takes_long_runs_in_its_stride() {
        int[][] texts = UNITS.stream()
                .map(unit -> unit.repeat(CHARACTERS / 3).codePoints().toArray())
                .toArray(int[][]::new);
        for (PreTokenizer pre : PreTokenizer.values()) {
            long start = System.nanoTime();
            for (int[] text : texts) {
                assertThat(pre.split(text).last()).isEqualTo(text.length);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(pre.name()).isLessThan(LIMIT);
        }
    }

    @Test
    void byte_pair_encoding_takes_long_words_in_its_stride() {
        Tokenizer tokenizer = Tokenizer.of(bytePairs(
                "gpt-2", "a a", "aa aa", "Ġ Ġ", "ĠĠ ĠĠ", "ĠĠĠĠ ĠĠĠĠ", "Ċ Ċ", "1 1", "Ã ©", "' '", "a A", "aA aA"));
        for (String unit : UNITS) {
            check(tokenizer, unit, "");
        }
    }

    @Test
    void sentencepiece_takes_long_words_in_its_stride() throws Exception {
        try (GgufFile file = GgufFile.open(TokenizerTest.resource("ggml-vocab-llama-spm.gguf"))) {
            Tokenizer tokenizer = Tokenizer.of(file.metadata());
            for (String unit : UNITS) {
                check(tokenizer, unit, " ");
            }
        }
    }

    @Test
    void wordpiece_takes_long_words_in_its_stride() throws Exception {
        try (GgufFile file = GgufFile.open(TokenizerTest.resource("ggml-vocab-bert-bge.gguf"))) {
            Tokenizer tokenizer = Tokenizer.of(file.metadata());
            for (String unit : UNITS) {
                long start = System.nanoTime();
                assertThat(tokenizer.encode(unit.repeat(CHARACTERS), true, true)).hasSizeGreaterThanOrEqualTo(2);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).as(unit).isLessThan(LIMIT);
            }
        }
    }

    @Test
    void a_unigram_model_takes_long_words_in_its_stride() {
        Tokenizer tokenizer = Tokenizer.of(Vocabularies.unigrams(
                new String[] {"▁", "a", "aa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1", "▁a"}, -3, -2, -3, -4, -2, -2));
        for (String unit : UNITS) {
            long start = System.nanoTime();
            assertThat(tokenizer.encode(unit.repeat(CHARACTERS), true, true)).isNotEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(unit).isLessThan(LIMIT);
        }
    }

    private static void check(Tokenizer tokenizer, String unit, String prefix) {
        String text = unit.repeat(CHARACTERS);
        long start = System.nanoTime();
        int[] ids = tokenizer.encode(text, false, false);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as(unit).isLessThan(LIMIT);
        ByteList pieces = new ByteList(text.length());
        for (int id : ids) {
            pieces.add(tokenizer.piece(id, true));
        }
        assertThat(pieces.toArray()).as(unit).isEqualTo((prefix + text).getBytes(StandardCharsets.UTF_8));
    }
}

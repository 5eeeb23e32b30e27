package dev.cortado.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabularies;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskTest {
    private static final String[] MERGES = {
        "{ \"", "\" :", "\" ,", "\" }", "[ {", "} ]", "n u", "l l", "nu ll", "t r", "u e", "tr ue", "a b", "ab ab", "1 2", "12 12", "Ġ Ġ"
    };
    private static final int END = 256 + MERGES.length;

    private final Tokenizer tokenizer =
            Tokenizer.of(Vocabularies.bytePairs("gpt-2", MERGES).with("eos_token_id", END));
    private final TokenTrie trie = new TokenTrie(tokenizer);

    /** What the mask is a faster form of. */
    private boolean allows(Grammar grammar, int id) {
        if (id == END) {
            return grammar.nullable();
        }
        Grammar after = grammar;
        for (byte b : tokenizer.piece(id, false)) {
            after = after.after(b & 0xFF);
        }
        return after != Grammar.NOTHING;
    }

    private void walk(Grammar grammar, int steps, Random random) {
        Mask mask = new Mask(trie, grammar);
        Grammar state = grammar;
        for (int step = 0; step < steps && state != Grammar.EMPTY; step++) {
            float[] logits = new float[trie.vocabularySize()];
            mask.apply(logits);
            Grammar here = state;
            int[] allowed =
                    IntStream.range(0, logits.length).filter(id -> logits[id] == 0).toArray();
            assertThat(allowed)
                    .as("after %d tokens", step)
                    .isEqualTo(IntStream.range(0, logits.length)
                            .filter(id -> allows(here, id))
                            .toArray());
            int[] text = IntStream.of(allowed).filter(id -> id != END).toArray();
            if (text.length == 0) {
                return;
            }
            byte[] piece = tokenizer.piece(text[random.nextInt(text.length)], false);
            mask.accept(piece);
            for (byte b : piece) {
                state = state.after(b & 0xFF);
            }
            assertThat(mask.complete()).isEqualTo(state == Grammar.EMPTY);
        }
    }

    @Test
    void leaves_exactly_the_tokens_that_the_grammar_allows() {
        Random random = new Random(1);
        Grammar object = Grammar.sequence(
                Grammar.text("{\"a\":"), JsonGrammar.string(1, 9), Grammar.text(",\"b\":"), JsonGrammar.NUMBER, Grammar.text("}"));
        for (Grammar grammar : List.of(JsonGrammar.VALUE, object, JsonGrammar.array(JsonGrammar.VALUE, 1, 3))) {
            for (int round = 0; round < 10; round++) {
                walk(grammar, 40, random);
            }
        }
    }

    @Test
    void follows_more_states_than_it_remembers() {
        walk(Grammar.repeat(Grammar.range('a', 'b'), 0, 3000), 600, new Random(2));
    }
}

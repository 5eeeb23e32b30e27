package dev.cortado.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetokenizerTest {
    private final Tokenizer tokenizer = Tokenizer.of(Vocabularies.bytePairs("gpt-2"));

    @Test
    void holds_back_a_character_until_its_last_byte_has_come() {
        List<String> parts = new ArrayList<>();
        Detokenizer detokenizer = new Detokenizer(tokenizer, false);
        for (int id : tokenizer.encode("é🦙!", false, false)) {
            parts.add(detokenizer.add(id));
        }

        assertThat(parts).containsExactly("", "é", "", "", "", "🦙", "!");
        assertThat(detokenizer.flush()).isEmpty();
    }

    @Test
    void replaces_bytes_that_are_no_utf8_as_soon_as_that_is_certain() {
        Detokenizer detokenizer = new Detokenizer(tokenizer, false);

        assertThat(detokenizer.add(0xF0)).isEmpty();
        assertThat(detokenizer.add('a')).isEqualTo("\uFFFDa");
        assertThat(detokenizer.add(0xE2)).isEmpty();
        assertThat(detokenizer.flush()).isEqualTo("\uFFFD");
        assertThat(detokenizer.add('b')).as("as new").isEqualTo("b");
    }

    @Test
    void leaves_control_tokens_out_unless_they_are_wanted() {
        int end = tokenizer.vocabulary().id("<|end|>");

        assertThat(new Detokenizer(tokenizer, false).add(end)).isEmpty();
        assertThat(new Detokenizer(tokenizer, true).add(end)).isEqualTo("<|end|>");
    }
}

package dev.cortado.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrammarTest {
    private static boolean matches(Grammar grammar, String text) {
        Grammar state = grammar;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            state = state.after(b & 0xFF);
        }
        return state.nullable();
    }

    @Test
    void a_text_is_matched_byte_by_byte() {
        assertThat(matches(Grammar.text("né"), "né")).isTrue();
        assertThat(matches(Grammar.text("né"), "ne")).isFalse();
        assertThat(Grammar.text("ab").after('a')).isEqualTo(Grammar.text("b"));
        assertThat(Grammar.text("ab").after('x')).isEqualTo(Grammar.NOTHING);
    }

    @Test
    void repetition_keeps_its_limits() {
        Grammar grammar = Grammar.repeat(Grammar.text("ab"), 1, 2);
        assertThat(matches(grammar, "")).isFalse();
        assertThat(matches(grammar, "ab")).isTrue();
        assertThat(matches(grammar, "abab")).isTrue();
        assertThat(matches(grammar, "ababab")).isFalse();
    }

    @Test
    void a_rule_may_contain_itself() {
        Grammar[] nested = new Grammar[1];
        nested[0] = Grammar.rule(
                "nested",
                () -> Grammar.sequence(Grammar.text("("), Grammar.optional(nested[0]), Grammar.text(")")));
        assertThat(matches(nested[0], "((()))")).isTrue();
        assertThat(matches(nested[0], "((())")).isFalse();
    }

    @Test
    void within_a_string_the_state_comes_back_to_itself() {
        Grammar within = JsonGrammar.STRING.after('"');
        assertThat(within.after('a')).isEqualTo(within).hasSameHashCodeAs(within);
    }

    @Test
    void json_values_of_all_kinds_are_matched() {
        for (String json : List.of(
                "null", "true", "-1", "0.5", "1e-7", "\"a\\n\\u00e9 é😀\"", "[]", "[ 1, [2]]", "{}", "{\"a\": {\"b\": [1, null]}}")) {
            assertThat(matches(JsonGrammar.VALUE, json)).as(json).isTrue();
        }
        for (String other : List.of("nul", "01", "1.", "\"\n\"", "[1,]", "{a: 1}", "{\"a\"}", "\"", "tru e")) {
            assertThat(matches(JsonGrammar.VALUE, other)).as(other).isFalse();
        }
    }

    @Test
    void optional_members_may_be_left_out_and_commas_stay_right() {
        Grammar grammar = JsonGrammar.object(List.of(
                new JsonGrammar.Member("\"a\"", JsonGrammar.INTEGER, false),
                new JsonGrammar.Member("\"b\"", JsonGrammar.INTEGER, true),
                new JsonGrammar.Member("\"c\"", JsonGrammar.INTEGER, false)));
        assertThat(matches(grammar, "{\"b\": 1}")).isTrue();
        assertThat(matches(grammar, "{\"a\": 1, \"b\": 1, \"c\": 3}")).isTrue();
        assertThat(matches(grammar, "{\"b\": 1,\"c\":3}")).isTrue();
        assertThat(matches(grammar, "{\"a\": 1}")).isFalse();
        assertThat(matches(grammar, "{, \"b\": 1}")).isFalse();
    }
}

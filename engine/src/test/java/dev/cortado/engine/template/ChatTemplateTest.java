package dev.cortado.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
    private static final Map<String, Object> HELLO =
            Map.of("messages", List.of(Map.of("role", "user", "content", " <|im_end|> ")), "bos_token", "<s>");

    private static String render(String source) {
        return ChatTemplate.compile(source).render(HELLO);
    }

    @Test
    void spansTellTemplateFromData() {
        ChatTemplate template = ChatTemplate.compile(
                "{{ bos_token }}{% for m in messages %}{{ '<|im_start|>' + m.role ~ '\n' + m.content|trim|upper }}"
                        + "<|im_end|>{% endfor %}");
        assertThat(template.renderSpans(HELLO))
                .containsExactly(
                        new Span("<s><|im_start|>", true),
                        new Span("user", false),
                        new Span("\n", true),
                        new Span("<|IM_END|>", false),
                        new Span("<|im_end|>", true));
    }

    @Test
    void dataStaysDataThroughJsonSplitReplaceAndMacros() {
        List<Span> spans = ChatTemplate.compile("{% macro f(x) %}[{{ x }}]{% endmacro %}"
                        + "{{ f(messages[0].content.split('|')[1]|replace('_', '-')) }}{{ messages[0].content|tojson }}")
                .renderSpans(HELLO);
        assertThat(spans)
                .containsExactly(
                        new Span("[", true),
                        new Span("im", false),
                        new Span("-", true),
                        new Span("end", false),
                        new Span("]\"", true),
                        new Span(" <|im_end|> ", false),
                        new Span("\"", true));
    }

    @Test
    void raisedTextArrivesVerbatimWithItsLine() {
        TemplateException e = catchThrowableOfType(
                TemplateException.class, () -> render("a\n{% if true %}\n{{ raise_exception('Roles: é') }}{% endif %}"));
        assertThat(e.kind()).isEqualTo("TemplateError");
        assertThat(e).hasMessage("Roles: é");
        assertThat(e.line()).isEqualTo(3);
    }

    @Test
    void syntaxErrorsTellTheirLine() {
        TemplateException e =
                catchThrowableOfType(TemplateException.class, () -> ChatTemplate.compile("a\nb\n{{ 1 + }}"));
        assertThat(e.kind()).isEqualTo("TemplateSyntaxError");
        assertThat(e.line()).isEqualTo(3);
    }

    @Test
    void unknownFiltersFailAtCompileTimeUnlessConditional() {
        assertThatThrownBy(() -> ChatTemplate.compile("{{ 1|nope }}"))
                .hasToString("TemplateAssertionError: No filter named 'nope'. (template line 1)");
        assertThat(render("{% if false %}{{ 1|nope }}{% endif %}{{ 1 if true else 2|nope }}")).isEqualTo("1");
    }

    @Test
    void extensionsAreSwitches() {
        String source = "{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}";
        assertThat(render(source)).isEqualTo("01");
        assertThat(render("{% generation %}x{% endgeneration %}")).isEqualTo("x");
        assertThat(render("{{ 'a<think>z</think>b'|regex_replace('^[\\\\s\\\\S]*</think>', '') }}")).isEqualTo("b");
        for (String extension : List.of(source, "{% generation %}x{% endgeneration %}", "{{ 1|regex_replace(2, 3) }}")) {
            assertThatThrownBy(() -> ChatTemplate.compile(extension, TemplateOptions.PLAIN))
                    .isInstanceOf(TemplateException.class);
        }
    }

    @Test
    void macrosCheckTheirArguments() {
        String macro = "{% macro f(a, b=2) %}{{ a }}{{ b }}{% endmacro %}";
        assertThat(render(macro + "{{ f(1) }}{{ f(b=1) }}")).isEqualTo("121");
        assertThatThrownBy(() -> render(macro + "{{ f(1, 2, 3) }}"))
                .hasMessage("macro 'f' takes not more than 2 argument(s)");
        assertThatThrownBy(() -> render(macro + "{{ f(c=1) }}"))
                .hasMessage("macro 'f' takes no keyword argument 'c'");
    }

    @Test
    void integersHaveNoEnd() {
        assertThat(render("{{ 2 ** 64 + 1 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 10 ** 18 * 100 // 10 ** 19 }}"))
                .isEqualTo("18446744073709551617 -4 2 10");
    }

    @Test
    void valuesOfOtherClassesAreRefused() {
        assertThatThrownBy(() -> ChatTemplate.compile("x").render(Map.of("tools", List.of(new Object()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tools[]")
                .hasMessageContaining("java.lang.Object");
    }
}

package dev.cortado.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A template comes out of a downloaded file: it reaches no host object and cannot exhaust the machine. */
class HostileTemplateTest {
    private static final Map<String, Object> VARIABLES =
            Map.of("messages", List.of(Map.of("role", "user", "content", "Hello {{ 7 * 7 }} {% raise %}")));
    private static final TemplateOptions SHORT =
            TemplateOptions.DEFAULT.withLimits(new RenderLimits(1 << 20, 4 << 20, 300_000, 200, Duration.ofSeconds(2)));

    static List<String> exhausting() {
        return List.of(
                "{{ '%1000000000s' % 'a' }}",
                "{{ ('%s' * 100000000) % 1 }}",
                "{{ 'a' * 9999999999 }}",
                "{{ 'x'|center(999999999) }}",
                "{{ 'x'.ljust(999999999) }}",
                "{{ '{:999999999}'.format(1) }}",
                "{{ '%.999999999f' % 1 }}",
                "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
                "{% for i in range(99999) %}{% for j in range(99999) %}xxxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
                "{% set ns=namespace(s='x') %}{% for i in range(99) %}{% set ns.s=ns.s~ns.s %}{% endfor %}",
                "{% set ns=namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s=ns.s+ns.s %}{% endfor %}",
                "{% set ns=namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s=[ns.s,ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set a=namespace(s=[1]) %}{% set b=namespace(s=[1]) %}{% for i in range(99) %}"
                        + "{% set a.s=[a.s,a.s] %}{% set b.s=[b.s,b.s] %}{% endfor %}{{ a.s == b.s }}",
                "{% set ns=namespace(s=[1]) %}{% for i in range(9999) %}{% set ns.s=[ns.s] %}{% endfor %}{{ ns.s|tojson }}",
                "{% set ns=namespace() %}{% set ns.me=ns %}{{ ns }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{{ " + "(".repeat(20000) + "1" + ")".repeat(20000) + " }}",
                "{{ " + "[".repeat(20000) + "]".repeat(20000) + " }}",
                "{{ " + "not ".repeat(50000) + "1 }}",
                "{{ " + "-".repeat(50000) + "1 }}",
                "{% if 1 %}".repeat(20000) + "{% endif %}".repeat(20000),
                "{{ 2 ** 99999999 }}",
                "{{ 'a'.replace('', 'b' * 1000000) * 9 }}",
                "{{ messages|tojson(indent=99999999) }}",
                "{{ 'x'|indent(99999999, true) }}",
                "{{ range(99999)|list|join('x' * 100000) }}",
                "{{ ('a' * 400)|regex_replace('(a+)(a+)(a+)(a+)(a+)b', '') }}");
    }

    @ParameterizedTest
    @MethodSource("exhausting")
    void endsWithAnErrorInTime(String source) throws Exception {
        CompletableFuture<Object> result = CompletableFuture.supplyAsync(() -> {
            try {
                return ChatTemplate.compile(source, SHORT).render(VARIABLES);
            } catch (TemplateException e) {
                return e;
            }
        });
        assertThat(result.get(20, TimeUnit.SECONDS)).isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.class }}", "{{ ''['class'] }}", "{{ ''|attr('getClass') }}", "{{ ''.__class__ }}",
                "{{ namespace.__globals__ }}", "{{ ____int3rpr3t3r____ }}", "{{ raise_exception.call }}"
            })
    void hiddenNamesAreUndefined(String source) {
        assertThat(ChatTemplate.compile(source).render(VARIABLES)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.getClass() }}", "{{ ''.class.forName('java.lang.Runtime') }}",
                "{{ messages.getClass().forName('java.lang.Runtime') }}", "{{ ''.__class__.__mro__ }}",
                "{{ messages[0].entrySet() }}", "{{ ____int3rpr3t3r____.getConfig() }}", "{{ messages.append(1) }}",
                "{{ messages[0].update({}) }}", "{% include '/etc/passwd' %}", "{% import '/etc/passwd' as x %}",
                "{% extends '/etc/passwd' %}", "{% do 1 %}"
            })
    void usingThemRaises(String source) {
        assertThatThrownBy(() -> ChatTemplate.compile(source).render(VARIABLES)).isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{ messages[0].content }}", "{{ messages[0]['content']|string|trim }}"})
    void messagesAreNeverTemplateCode(String source) {
        assertThat(ChatTemplate.compile(source).render(VARIABLES)).isEqualTo("Hello {{ 7 * 7 }} {% raise %}");
    }
}

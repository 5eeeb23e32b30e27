package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.template.ChatTemplate;
import dev.cortado.engine.template.TemplateException;
import dev.cortado.engine.template.TemplateOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a template gave: a text or an error.
 *
 * @param text null when it raised
 * @param error null when it did not
 */
record Rendering(@Nullable String text, @Nullable TemplateException error) {
    static Rendering of(String template, JsonNode variables, TemplateOptions options) {
        try {
            @SuppressWarnings("unchecked") // an object becomes a map
            Map<String, Object> map = (Map<String, Object>) GoldenJson.plain(variables);
            return new Rendering(ChatTemplate.compile(template, options).render(map), null);
        } catch (TemplateException e) {
            return new Rendering(null, e);
        }
    }

    void expectText(String expected, String what, Findings findings) {
        String found = text == null ? "error " + error : text;
        findings.count("text mismatches", expected.equals(text), "%s is %s", what, difference(found, expected));
    }

    /**
     * @param expected {@code kind: message}, the message possibly cut; only what a template itself raises must have the same
     *     words
     */
    void expectError(String expected, String what, Findings findings) {
        boolean right = error != null
                && (error.kind().equals("TemplateError")
                        ? (error.kind() + ": " + error.getMessage()).startsWith(expected)
                        : expected.startsWith(error.kind()));
        String found = error == null ? "a text" : "the error " + error;
        findings.count("text mismatches", right, "%s gives %s, expected the error %s", what, found, expected);
    }

    /** The first place where they part. */
    private static String difference(String found, String expected) {
        int at = 0;
        while (at < Math.min(found.length(), expected.length()) && found.charAt(at) == expected.charAt(at)) {
            at++;
        }
        return "'%s' at character %d, expected '%s'".formatted(piece(found, at), at, piece(expected, at));
    }

    private static String piece(String text, int at) {
        return text.substring(at, Math.min(text.length(), at + 40)).replaceAll("\\p{C}", "·");
    }
}

package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.template.TemplateOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * Many short templates: {@code case} with {@code t} (template) and {@code ctx} (variables), and the text or error.
 *
 * @param name of the document
 * @param document its path
 * @param json its content, a list
 */
record SnippetsGolden(String name, Path document, JsonNode json) implements Golden {
    /** Rendered without extensions, at this time. */
    private static final TemplateOptions OPTIONS =
            TemplateOptions.PLAIN.withClock(Clock.fixed(Instant.parse("2025-01-01T12:00:00Z"), ZoneOffset.UTC));

    private static final String ERROR = "\u0001";

    /** Whoever recorded them marked what the templates raised themselves. */
    private static final String RAISED = ": RAISED:";

    @Override
    public Outcome check(Setup setup) {
        Findings findings = new Findings();
        for (JsonNode snippet : json) {
            JsonNode spec = snippet.has("case") ? snippet.get("case") : snippet;
            String what = spec.path("id").asText();
            String expected = snippet.get("expected").asText();
            Rendering rendering = Rendering.of(spec.get("t").asText(), spec.path("ctx"), OPTIONS);
            if (expected.startsWith(ERROR)) {
                rendering.expectError(expected.substring(ERROR.length()).replace(RAISED, ": "), what, findings);
            } else {
                rendering.expectText(expected, what, findings);
            }
        }
        findings.figures().count("snippets", json.size());
        return findings.outcome();
    }
}

package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.template.TemplateOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * A chat template and the prompts it makes of conversations.
 *
 * @param name of the document
 * @param document its path
 * @param json its content: {@code template}, and per conversation {@code expected} or {@code error}
 * @param conversations by name, the variables of each
 */
record ChatTemplateGolden(String name, Path document, JsonNode json, JsonNode conversations) implements Golden {
    private static final TemplateOptions OPTIONS = TemplateOptions.PLAIN
            .withExtensions(true, false, false)
            .withClock(Clock.fixed(Instant.parse("2026-11-22T09:30:00Z"), ZoneOffset.UTC));

    @Override
    public Outcome check(Setup setup) {
        Findings findings = new Findings();
        String missing = "";
        for (Map.Entry<String, JsonNode> entry : json.get("expected").properties()) {
            JsonNode variables = variables(entry);
            if (!variables.isObject()) {
                missing = entry.getKey();
                continue;
            }
            JsonNode expected = entry.getValue();
            Rendering rendering = Rendering.of(json.get("template").asText(), variables, OPTIONS);
            if (expected.has("error")) {
                rendering.expectError(expected.get("error").asText(), entry.getKey(), findings);
            } else {
                String text = expected.isTextual()
                        ? expected.asText()
                        : expected.path("expected").asText();
                rendering.expectText(text, entry.getKey(), findings);
            }
        }
        Outcome outcome = findings.outcome();
        return outcome.verdict() == Verdict.PASS && !missing.isEmpty()
                ? Outcome.unsupported("no conversation " + missing)
                : outcome;
    }

    private JsonNode variables(Map.Entry<String, JsonNode> entry) {
        for (String own : new String[] {"ctx", "context", "variables"}) {
            if (entry.getValue().path(own).isObject()) {
                return entry.getValue().get(own);
            }
        }
        return conversations.path(entry.getKey());
    }
}

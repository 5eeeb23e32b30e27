package dev.cortado.cli.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints outcomes as they come, a line each, and counts them. */
final class Report {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final PrintWriter out;
    private final boolean json;
    private final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);

    /** @param json one JSON object a line instead of text */
    Report(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void add(String name, Outcome outcome) throws JsonProcessingException {
        counts.merge(outcome.verdict(), 1, Integer::sum);
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("name", name);
            line.put("verdict", outcome.verdict());
            line.put("figures", outcome.figures().values());
            line.put("why", outcome.why());
            out.println(MAPPER.writeValueAsString(line));
        } else {
            String figures = outcome.figures().toString();
            out.printf("%-44s %s%s%n", name, figures.isEmpty() ? "" : figures + "  ", verdict(outcome));
        }
        out.flush();
    }

    private static String verdict(Outcome outcome) {
        String why = outcome.why().replaceAll("\\s*\\R\\s*", "; ");
        return switch (outcome.verdict()) {
            case PASS -> "PASS";
            case FAIL -> "FAIL: " + why;
            case UNSUPPORTED -> "UNSUPPORTED(" + why + ")";
        };
    }

    void close() throws JsonProcessingException {
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            for (Verdict verdict : Verdict.values()) {
                line.put(verdict.name(), count(verdict));
            }
            out.println(MAPPER.writeValueAsString(line));
        } else {
            out.printf(
                    "%d goldens: %d PASS, %d FAIL, %d UNSUPPORTED%n",
                    total(), count(Verdict.PASS), count(Verdict.FAIL), count(Verdict.UNSUPPORTED));
        }
        out.flush();
    }

    int count(Verdict verdict) {
        return counts.getOrDefault(verdict, 0);
    }

    int total() {
        return counts.values().stream().mapToInt(count -> count).sum();
    }
}

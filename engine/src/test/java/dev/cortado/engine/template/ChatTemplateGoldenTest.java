package dev.cortado.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Output recorded from Python's Jinja2 3.1.6; the selection in the resources, and all of it where it lies beside. */
class ChatTemplateGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T09:30:00Z"), ZoneOffset.UTC);
    private static final TemplateOptions TRANSFORMERS =
            TemplateOptions.PLAIN.withExtensions(true, false, false).withClock(CLOCK);
    /** The snippets that print the date were recorded on this day. */
    private static final TemplateOptions PLAIN =
            TemplateOptions.PLAIN.withClock(Clock.fixed(Instant.parse("2025-01-01T12:00:00Z"), ZoneOffset.UTC));

    record Case(String name, ChatTemplate template, Map<String, Object> variables, String expected) {}

    @Test
    void rendersAsPython() throws IOException {
        for (Path directory : directories()) {
            for (Case c : cases(directory)) {
                assertThat(c.template.render(c.variables)).as(c.name).isEqualTo(c.expected);
                StringBuilder joined = new StringBuilder();
                for (Span span : c.template.renderSpans(c.variables)) joined.append(span.text());
                assertThat(joined.toString()).as(c.name).isEqualTo(c.expected);
            }
        }
    }

    @Test
    void raisesWherePythonRaises() throws IOException {
        int raised = 0;
        for (Path directory : directories()) {
            Map<String, Map<String, Object>> conversations = conversations(directory);
            for (Path file : templates(directory)) {
                JsonNode golden = JSON.readTree(file.toFile());
                for (Map.Entry<String, JsonNode> e : golden.get("expected").properties()) {
                    if (!e.getValue().has("error")) continue;
                    String error = e.getValue().get("error").asText();
                    String name = file.getFileName() + " " + e.getKey();
                    TemplateException thrown =
                            failure(golden.get("template").asText(), conversations.get(e.getKey()), TRANSFORMERS, name);
                    assertThat(error).as(name).startsWith(thrown.kind() + ":");
                    if (thrown.kind().equals("TemplateError")) {
                        assertThat(thrown).as(name).hasMessage(error.substring("TemplateError: ".length()));
                    }
                    raised++;
                }
            }
        }
        assertThat(raised).isPositive();
    }

    @Test
    void snippetsRenderOrRaiseAsInPython() throws IOException {
        for (Path directory : directories()) {
            for (JsonNode snippet : JSON.readTree(directory.resolve("_snippets.json").toFile())) {
                JsonNode spec = snippet.get("case");
                String expected = snippet.get("expected").asText();
                String source = spec.get("t").asText();
                String name = spec.get("id").asText();
                @SuppressWarnings("unchecked")
                Map<String, Object> variables = JSON.convertValue(spec.get("ctx"), Map.class);
                if (expected.startsWith("\u0001")) {
                    TemplateException thrown = failure(source, variables, PLAIN, name);
                    assertThat(expected.substring(1)).as(name).startsWith(thrown.kind() + ":");
                } else {
                    assertThat(ChatTemplate.compile(source, PLAIN).render(variables)).as(name).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void threadsShareTemplates() throws Exception {
        List<Case> cases = cases(directories().getLast());
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Random random = new Random(t);
                results.add(threads.submit(() -> {
                    int wrong = 0;
                    for (int i = 0; i < 300; i++) {
                        Case c = cases.get(random.nextInt(cases.size()));
                        if (!c.template.render(c.variables).equals(c.expected)) wrong++;
                    }
                    return wrong;
                }));
            }
            for (Future<Integer> wrong : results) assertThat(wrong.get()).isZero();
        }
    }

    private static TemplateException failure(
            String source, Map<String, Object> variables, TemplateOptions options, String name) {
        try {
            String text = ChatTemplate.compile(source, options).render(variables);
            throw new AssertionError(name + " must raise but renders " + text);
        } catch (TemplateException e) {
            return e;
        }
    }

    private static List<Path> directories() {
        Path all = Path.of("../../shared/oracle/chat-templates");
        Path selection = Path.of("src/test/resources/chat-templates");
        return Files.isDirectory(all) ? List.of(selection, all) : List.of(selection);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> conversations(Path directory) throws IOException {
        return JSON.readValue(directory.resolve("_contexts.json").toFile(), Map.class);
    }

    private static List<Path> templates(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".json")
                            && !f.getFileName().toString().startsWith("_"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Case> cases(Path directory) throws IOException {
        List<Case> cases = new ArrayList<>();
        Map<String, Map<String, Object>> conversations = conversations(directory);
        for (Path file : templates(directory)) {
            JsonNode golden = JSON.readTree(file.toFile());
            ChatTemplate template = null;
            for (Map.Entry<String, JsonNode> e : golden.get("expected").properties()) {
                if (!e.getValue().has("expected")) continue;
                if (template == null) template = ChatTemplate.compile(golden.get("template").asText(), TRANSFORMERS);
                cases.add(new Case(
                        file.getFileName() + " " + e.getKey(),
                        template,
                        conversations.get(e.getKey()),
                        e.getValue().get("expected").asText()));
            }
        }
        assertThat(cases).isNotEmpty();
        return cases;
    }
}

package dev.cortado.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The real command on one golden of each kind, as it is and with a mistake in it. */
class ConformanceCommandTest {
    @TempDir
    Path folder;

    private GoldenFolder goldens = new GoldenFolder(Path.of(""));

    record Run(int exit, String out, String err) {}

    /** A change that makes a golden wrong. */
    @FunctionalInterface
    interface Mistake {
        void make(GoldenFolder goldens) throws IOException;
    }

    @BeforeEach
    void fill() throws IOException {
        goldens = GoldenFolder.fill(folder);
    }

    private Run run(String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new ConformanceCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, arguments) -> {
                    command.getErr().println(failure.getMessage());
                    return 1;
                });
        String[] arguments = Stream.concat(
                        Stream.of(folder.toString(), "--model-path", folder.toString()),
                        Stream.of(withBackend(options)))
                .toArray(String[]::new);
        int exit = line.execute(arguments);
        return new Run(exit, out.toString(), err.toString());
    }

    private static String[] withBackend(String[] options) {
        return List.of(options).contains("--backend")
                ? options
                : Stream.concat(Stream.of("--backend", "reference"), Stream.of(options))
                        .toArray(String[]::new);
    }

    @Test
    void a_table_of_families_tells_what_passed() throws IOException {
        Path table = folder.resolve("models.md");
        run("--only", "arch/qwen2", "--families", table.toString());
        assertThat(table).content().containsPattern("\\| qwen2 \\| .* \\| generates, embeds \\| 1 of 1 \\|");
        assertThat(table).content().containsPattern("\\| mamba \\| .* \\| none here \\|");
    }

    @Test
    void every_kind_is_found_by_its_structure_and_passes() {
        Run run = run();
        assertThat(run.out).doesNotContain("FAIL:").doesNotContain("UNSUPPORTED(");
        assertThat(run.out.lines().toList())
                .anyMatch(line -> line.matches("arch/qwen2.json .*token mismatches 0.*greedy mismatches 0 .*PASS"))
                .anyMatch(line -> line.matches("arch/bert.json .*max abs .*PASS"))
                .anyMatch(line -> line.matches("weights/types.gguf q4_k .*max abs 0,.*PASS"))
                .anyMatch(line -> line.matches("templates/qwen.json .*text mismatches 0 .*PASS"))
                .anyMatch(line -> line.matches("templates/short.json .*text mismatches 0.*PASS"))
                .anyMatch(line -> line.matches("tokenizers/qwen2.json .*token mismatches 0 .*PASS"))
                .anyMatch(line -> line.matches("published/qwen2.json .*mean NLL difference .*PASS"))
                .anyMatch(line -> line.matches("vectors/bert.json .*error mismatches 0 .*PASS"))
                .anyMatch(line -> line.matches("hostile/whole.gguf .*PASS"))
                .anyMatch(line -> line.matches("hostile/half.gguf .*PASS"));
        assertThat(run.out).containsPattern("\\d+ goldens: \\d+ PASS, 0 FAIL, 0 UNSUPPORTED");
        assertThat(run.exit).isZero();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("arch/qwen2.json", g -> g.edit("arch/qwen2.json", json -> spoilFloats(json, "last_logits"))),
                mistake("arch/qwen2.json", g -> g.edit("arch/qwen2.json", json -> spoilFloats(json, "mid_logits"))),
                mistake("arch/qwen2.json", g -> g.edit("arch/qwen2.json", json -> spoilInt(json, "text_tokens", 3))),
                mistake("arch/qwen2.json", g -> g.edit("arch/qwen2.json", json -> spoilInt(json, "argmax", 0))),
                mistake("arch/qwen2.json", g -> g.edit("arch/qwen2.json", json -> spoilInt(json, "greedy", 0))),
                mistake("arch/qwen2.json", g -> g.edit("arch/qwen2.json", json -> spoilInt(json, "token_logprobs", 7))),
                mistake("arch/qwen2.json", g -> Files.write(g.path().resolve("arch/qwen2.gguf"), new byte[100])),
                mistake("arch/bert.json", g -> g.edit("arch/bert.json", ConformanceCommandTest::spoilPooled)),
                mistake("weights/types.gguf", g -> flip(g.path().resolve("weights/types.gguf"))),
                mistake("weights/types.gguf", g -> Files.write(g.path().resolve("weights/types.gguf"), new byte[100])),
                mistake(
                        "templates/qwen.json",
                        g -> g.edit(
                                "templates/qwen.json",
                                json -> json.put(
                                        "template",
                                        json.get("template").asText().replace("<|im_end|>", "<|im_end |>")))),
                mistake("templates/short.json", ConformanceCommandTest::spoilSnippet),
                mistake(
                        "tokenizers/qwen2.json",
                        g -> g.edit(
                                "tokenizers/qwen2.json",
                                json -> spoilInt((ObjectNode) json.get("cases").get(0), "ids_parse_special", 2))),
                mistake("tokenizers/qwen2.json", g -> g.edit("tokenizers/qwen2.json", json -> json.put("info", "n=7"))),
                mistake(
                        "published/qwen2.json",
                        g -> g.edit(
                                "published/qwen2.json",
                                json -> ((ObjectNode) json.at("/perplexity/dequant_f32_kv_f32"))
                                        .put(
                                                "mean_nll",
                                                json.at("/perplexity/dequant_f32_kv_f32/mean_nll")
                                                                .asDouble()
                                                        + 0.05))),
                mistake(
                        "published/qwen2.json",
                        g -> g.edit(
                                "published/qwen2.json",
                                json -> spoilInt((ObjectNode) json.at("/prompts/0/dequant_f32"), "greedy", 0))),
                mistake(
                        "vectors/bert.json",
                        g -> g.edit(
                                "vectors/bert.json",
                                json -> ((ObjectNode) json.at("/cases/0")).put("error", "ValueError: something else"))),
                mistake(
                        "hostile/half.gguf",
                        g -> g.edit(
                                "hostile/list.json", json -> ((ObjectNode) json.at("/files/1")).put("expect", "ok"))),
                mistake(
                        "hostile/whole.gguf",
                        g -> g.edit(
                                "hostile/list.json",
                                json -> ((ObjectNode) json.at("/files/0")).put("expect", "error"))),
                mistake(
                        "arch/qwen2.json",
                        g -> Files.writeString(g.path().resolve("arch/qwen2.json"), "{\"prompt\": [1,")));
    }

    private static Arguments mistake(String golden, Mistake mistake) {
        return Arguments.of(golden, mistake);
    }

    @ParameterizedTest(name = "in {0}")
    @MethodSource("mistakes")
    void a_mistake_is_a_failure(String golden, Mistake mistake) throws IOException {
        mistake.make(goldens);
        Run run = run("--only", "^" + golden);
        assertThat(run.out).containsPattern("(?m)^" + golden + ".*FAIL: .+");
        assertThat(run.exit).isEqualTo(1);
    }

    private static void spoilFloats(ObjectNode json, String field) {
        ByteBuffer floats = ByteBuffer.wrap(
                        Base64.getDecoder().decode(json.get(field).asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        floats.putFloat(40, floats.getFloat(40) + 0.002f);
        json.put(field, Base64.getEncoder().encodeToString(floats.array()));
    }

    private static void spoilPooled(ObjectNode json) {
        for (String results : List.of("sequences", "dequant_f32_sequences")) {
            ObjectNode sequence = (ObjectNode) json.get(results).get(0);
            ByteBuffer floats = ByteBuffer.wrap(
                            Base64.getDecoder().decode(sequence.get("pooled").asText()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            floats.putFloat(40, floats.getFloat(40) + 0.1f);
            sequence.put("pooled", Base64.getEncoder().encodeToString(floats.array()));
        }
    }

    private static void spoilInt(ObjectNode json, String field, int index) {
        ArrayNode array = (ArrayNode) json.get(field);
        array.set(index, array.get(index).asInt() + 1);
    }

    private static void spoilSnippet(GoldenFolder goldens) throws IOException {
        Path file = goldens.path().resolve("templates/short.json");
        JsonNode snippets = new ObjectMapper().readTree(file.toFile());
        ((ObjectNode) snippets.get(0)).put("expected", "something else");
        new ObjectMapper().writeValue(file.toFile(), snippets);
    }

    /** The last byte of the file belongs to the last tensor's expected floats: its sign. */
    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = bytes.length - 64; i < bytes.length; i++) {
            bytes[i] ^= 0x40;
        }
        Files.write(file, bytes);
    }

    @Test
    void a_model_that_is_not_there_or_not_known_is_unsupported() throws IOException {
        goldens.edit("arch/qwen2.json", json -> json.put("file", "elsewhere.gguf"));
        Run run = run("--only", "^arch/qwen2.json");
        assertThat(run.out)
                .contains("UNSUPPORTED(no model file elsewhere.gguf)")
                .contains("1 UNSUPPORTED");
        assertThat(run.exit).isZero();
    }

    @Test
    void json_has_an_object_a_line_and_the_counts_at_the_end() throws IOException {
        List<String> lines =
                run("--json", "--only", "^(arch/qwen2|tokenizers)").out.lines().toList();
        assertThat(lines).hasSize(3);
        JsonNode first = new ObjectMapper().readTree(lines.getFirst());
        assertThat(first.get("name").asText()).isEqualTo("arch/qwen2.json");
        assertThat(first.get("verdict").asText()).isEqualTo("PASS");
        assertThat(first.get("figures").get("max abs").asDouble()).isBetween(0.0, 1e-3);
        assertThat(new ObjectMapper().readTree(lines.getLast()).get("PASS").asInt())
                .isEqualTo(2);
    }

    @Test
    void a_folder_without_goldens_is_no_success() {
        assertThat(run("--only", "nothing has such a name").exit).isEqualTo(1);
    }

    @Test
    void an_unknown_backend_is_named_with_those_there_are() {
        Run run = run("--backend", "abacus");
        assertThat(run.err).contains("abacus").contains("reference");
        assertThat(run.exit).isNotZero();
    }
}

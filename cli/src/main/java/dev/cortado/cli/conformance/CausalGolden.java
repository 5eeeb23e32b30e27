package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.model.Family;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A small language model and what it computes: logits, probabilities, greedy text.
 *
 * @param name of the document
 * @param document its path
 * @param json its content: {@code prompt} and results, see the fields that are read here
 */
record CausalGolden(String name, Path document, JsonNode json) implements Golden {
    @Override
    public Optional<String> architecture(Setup setup) throws IOException {
        return setup.models().architecture(modelFile(json, document), document);
    }

    @Override
    public Outcome check(Setup setup) throws IOException {
        Optional<Path> file = setup.models().find(modelFile(json, document), document);
        if (file.isEmpty()) {
            return Outcome.unsupported("no model file " + modelFile(json, document));
        }
        Allowance allowance;
        try (GgufFile gguf = GgufFile.open(file.get())) {
            String architecture = gguf.metadata().requireString("general.architecture");
            if (!families().contains(architecture)) {
                return Outcome.unsupported("architecture " + architecture);
            }
            boolean floatResults = json.has("dequant_f32");
            double deviation = results().has("last_logits")
                    ? Differences.deviation(GoldenJson.floats(results().get("last_logits")))
                    : 1;
            allowance = Allowance.of(architecture, setup.backend(), gguf, json, floatResults, deviation);
        }
        ModelOptions options = ModelOptions.DEFAULT
                .withContextLength(
                        json.path("n_ctx").asInt(results().path("n_ctx").asInt(0)))
                .withKvType(KvShape.Type.F32);
        Findings findings = new Findings();
        try (Model model = Model.open(file.get(), setup.backend(), options)) {
            compareTokens(model, findings);
            compareLogits(model, allowance, findings);
        }
        return findings.outcome();
    }

    /** The file that the document names, or the one of the same base name. */
    static String modelFile(JsonNode json, Path document) {
        for (String field : new String[] {"file", "model_file", "model"}) {
            if (json.path(field).isTextual()) {
                return json.get(field).asText();
            }
        }
        return document.getFileName().toString().replaceFirst("\\.json$", ".gguf");
    }

    static Set<String> families() {
        return Model.families().stream().map(Family::name).collect(Collectors.toSet());
    }

    /** Those of the exact weights with float activations, where there are such. */
    private JsonNode results() {
        return json.has("dequant_f32") ? json.get("dequant_f32") : json;
    }

    private void compareTokens(Model model, Findings findings) {
        if (json.has("text") && json.has("text_tokens")) {
            int[] expected = GoldenJson.ints(json.get("text_tokens"));
            int[] found = model.tokenizer().encode(json.get("text").asText(), true, true);
            findings.count("token mismatches", Arrays.equals(found, expected), "the tokens of its text differ");
        }
    }

    private void compareLogits(Model model, Allowance allowance, Findings findings) {
        int[] prompt = GoldenJson.ints(json.get("prompt"));
        JsonNode results = results();
        int[] greedy = GoldenJson.ints(results.path("greedy"));
        try (ModelRun run = new ModelRun(model, prompt.length + greedy.length)) {
            float[] last = run.feed(prompt, (position, logits) -> {
                        compareArgmax(results, position, logits, allowance, findings);
                        compareProbability(results, position, logits, prompt, allowance, findings);
                        if (results.has("mid_logits")
                                && results.path("mid_position").asInt() == position) {
                            float[] expected = GoldenJson.floats(results.get("mid_logits"));
                            Differences.of(logits, expected).note(findings, "the middle row", allowance);
                        }
                    })
                    .clone();
            if (results.has("last_logits")) {
                float[] expected = GoldenJson.floats(results.get("last_logits"));
                Differences.of(last, expected).note(findings, "the last row", allowance);
            }
            run.compareGreedy(
                    last, greedy, i -> results.path("greedy_margin").path(i).asDouble(), allowance.margin(), findings);
        }
    }

    static void compareArgmax(JsonNode results, int position, float[] logits, Allowance allowance, Findings findings) {
        JsonNode expected = results.path("argmax").path(position);
        if (expected.isNumber() && results.path("argmax_margin").path(position).asDouble() >= allowance.margin()) {
            int found = Logits.argmax(logits);
            findings.count(
                    "argmax mismatches",
                    found == expected.asInt(),
                    "after token %d the best is %d, expected %d",
                    position,
                    found,
                    expected.asInt());
        }
    }

    private static void compareProbability(
            JsonNode results, int position, float[] logits, int[] prompt, Allowance allowance, Findings findings) {
        JsonNode expected = results.path("token_logprobs").path(position);
        if (expected.isNumber() && position + 1 < prompt.length) {
            double difference = Math.abs(Logits.logProbability(logits, prompt[position + 1]) - expected.asDouble());
            findings.figures().largest("max log prob", difference);
            findings.expect(
                    difference <= 2 * allowance.largest(),
                    "the log probability of token %d is off by %.3g, allowed %.3g",
                    position + 1,
                    difference,
                    2 * allowance.largest());
        }
    }
}

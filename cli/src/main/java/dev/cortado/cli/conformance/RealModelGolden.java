package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A published model: prompts with what follows, and how well it predicts a text. The keys and values are kept as users
 * have them (F16), the golden's are F32; the difference is far below the limits.
 *
 * @param name of the document
 * @param document its path
 * @param json its content: {@code prompts} and {@code perplexity}
 */
record RealModelGolden(String name, Path document, JsonNode json) implements Golden {
    private static final double NLL_LIMIT = 0.02;

    /** Four standard deviations: a lead that large is not lost to rounding. */
    private static final double DEVIATIONS = 4;

    /** What F16 keys and values do to a logit. */
    private static final double F16_CACHE = 2e-2;

    @Override
    public Optional<String> architecture(Setup setup) throws IOException {
        return setup.models().architecture(CausalGolden.modelFile(json, document), document);
    }

    @Override
    public Outcome check(Setup setup) throws IOException {
        String wanted = CausalGolden.modelFile(json, document);
        Optional<Path> file = setup.models().find(wanted, document);
        if (file.isEmpty()) {
            return Outcome.unsupported("no model file " + wanted);
        }
        boolean rounds;
        String architecture;
        try (GgufFile gguf = GgufFile.open(file.get())) {
            rounds = Allowance.rounds(setup.backend(), gguf);
            architecture = gguf.metadata().requireString("general.architecture");
        }
        Findings findings = new Findings();
        try (Model model = Model.open(file.get(), setup.backend(), ModelOptions.DEFAULT)) {
            for (JsonNode prompt : json.path("prompts")) {
                comparePrompt(model, prompt, allowance(architecture, prompt, rounds), findings);
            }
            comparePerplexity(model, findings);
        }
        return findings.outcome();
    }

    private static Allowance allowance(String architecture, JsonNode prompt, boolean rounds) {
        Allowance exact = Allowance.exact(architecture);
        Allowance cached =
                new Allowance(exact.largest() + F16_CACHE, exact.rms() + F16_CACHE, exact.margin() + 2 * F16_CACHE);
        double noise = prompt.path("native_vs_dequant_last_logits_rms").asDouble(0.3);
        return rounds || !prompt.has("dequant_f32") ? cached.rounded(noise, DEVIATIONS * noise) : cached;
    }

    private static void comparePrompt(Model model, JsonNode prompt, Allowance allowance, Findings findings) {
        String name = prompt.path("name").asText("prompt");
        int[] tokens = GoldenJson.ints(prompt.get("token_ids"));
        if (prompt.has("text")) {
            int[] found = model.tokenizer().encode(prompt.get("text").asText(), true, true);
            findings.count("token mismatches", Arrays.equals(found, tokens), "the tokens of %s differ", name);
        }
        JsonNode results = prompt.has("dequant_f32") ? prompt.get("dequant_f32") : prompt.path("native");
        int[] greedy = GoldenJson.ints(results.path("greedy"));
        try (ModelRun run = new ModelRun(model, tokens.length + greedy.length)) {
            float[] last = run.feed(tokens, (position, logits) -> {
                        JsonNode expected = results.path("prompt_argmax").path(position);
                        double margin = results.path("prompt_argmax_margin")
                                .path(position)
                                .asDouble();
                        if (expected.isNumber() && margin >= allowance.margin()) {
                            findings.count(
                                    "argmax mismatches",
                                    Logits.argmax(logits) == expected.asInt(),
                                    "%s: after token %d the best is %d, expected %d",
                                    name,
                                    position,
                                    Logits.argmax(logits),
                                    expected.asInt());
                        }
                    })
                    .clone();
            compareBest(last, results, name, allowance, findings);
            run.compareGreedy(
                    last, greedy, i -> results.path("greedy_margin").path(i).asDouble(), allowance.margin(), findings);
        }
    }

    /** The twenty best as log probabilities, which a common offset of all logits leaves alone. */
    private static void compareBest(
            float[] last, JsonNode results, String name, Allowance allowance, Findings findings) {
        int[] ids = GoldenJson.ints(results.path("last_top20_ids"));
        float[] expected = GoldenJson.floats(results.path("last_top20_logits"));
        if (ids.length == 0 || ids.length != expected.length || !results.has("last_logsumexp")) {
            return;
        }
        double sum = Logits.logSumExp(last);
        float[] found = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            found[i] = (float) (last[ids[i]] - sum);
            expected[i] -= (float) results.get("last_logsumexp").asDouble();
        }
        Differences.of(found, expected).note(findings, "%s: the best logits".formatted(name), allowance);
    }

    private void comparePerplexity(Model model, Findings findings) throws IOException {
        JsonNode perplexity = json.path("perplexity");
        if (!perplexity.has("token_ids")) {
            return;
        }
        int[] tokens = GoldenJson.ints(perplexity.get("token_ids"));
        Path text = document.resolveSibling(perplexity.path("text_file").asText("-"));
        if (Files.exists(text)) {
            boolean addSpecial = perplexity.path("add_special").asBoolean(true);
            int[] found = model.tokenizer().encode(Files.readString(text), addSpecial, false);
            findings.count(
                    "token mismatches", Arrays.equals(found, tokens), "the tokens of %s differ", text.getFileName());
        }
        double[] sum = {0};
        try (ModelRun run = new ModelRun(model, tokens.length)) {
            run.feed(tokens, (position, logits) -> {
                if (position + 1 < tokens.length) {
                    sum[0] -= Logits.logProbability(logits, tokens[position + 1]);
                }
            });
        }
        double found = sum[0] / (tokens.length - 1);
        for (String reference : new String[] {"dequant_f32_kv_f32", "dequant_f32", "native_kv_f16", "native_kv_f32"}) {
            if (perplexity.path(reference).has("mean_nll")) {
                double expected = perplexity.get(reference).get("mean_nll").asDouble();
                findings.figures().value("mean NLL difference", found - expected);
                findings.expect(
                        Math.abs(found - expected) < NLL_LIMIT,
                        "mean NLL %.4f, expected %.4f within %s",
                        found,
                        expected,
                        NLL_LIMIT);
                return;
            }
        }
    }
}

package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.EmbedOptions;
import dev.cortado.sdk.EmbedResult;
import dev.cortado.sdk.GPT4All;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Texts and the unit vectors, or the errors, that Embed4All makes of them.
 *
 * @param name of the document
 * @param document its path
 * @param json its content: {@code model} and {@code cases} of {@code text}, {@code args}, {@code embeddings} or {@code error}
 */
record TextEmbeddingGolden(String name, Path document, JsonNode json) implements Golden {
    private static final double LEAST_COSINE = 0.99999;
    private static final double LARGEST = 2e-3;

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
        Findings findings = new Findings();
        GPT4All model = GPT4All.builder(file.get().toString())
                .device(setup.device())
                .allowDownload(false)
                .build();
        try (Embed4All embedder = new Embed4All(model)) {
            for (JsonNode item : json.path("cases")) {
                compare(embedder, item, findings);
            }
        }
        return findings.outcome();
    }

    private static void compare(Embed4All embedder, JsonNode item, Findings findings) {
        String name = item.path("name").asText("case");
        EmbedResult result;
        try {
            result = embed(embedder, item.path("text"), options(item.path("args")));
        } catch (IllegalArgumentException | IllegalStateException e) {
            compareError(item, name, String.valueOf(e.getMessage()), findings);
            return;
        }
        if (item.has("error")) {
            compareError(item, name, "no error", findings);
            return;
        }
        if (item.path("n_prompt_tokens").isNumber()) {
            int tokens = item.get("n_prompt_tokens").asInt();
            findings.count(
                    "token mismatches",
                    result.nPromptTokens() == tokens,
                    "%s: %d tokens, expected %d",
                    name,
                    result.nPromptTokens(),
                    tokens);
        }
        compareVectors(result.embeddings(), item.path("embeddings"), name, findings);
    }

    private static EmbedResult embed(Embed4All embedder, JsonNode text, EmbedOptions options) {
        List<String> texts = new ArrayList<>();
        if (text.isArray()) {
            text.forEach(one -> texts.add(one.asText()));
        } else if (!text.asText().isEmpty()) { // an empty text is as none
            texts.add(text.asText());
        }
        return embedder.result(texts, options);
    }

    private static EmbedOptions options(JsonNode arguments) {
        return new EmbedOptions(
                textOrNull(arguments.path("prefix")),
                arguments.path("dimensionality").isNumber()
                        ? arguments.get("dimensionality").asInt()
                        : null,
                arguments.path("long_text_mode").asText("mean"),
                arguments.path("atlas").asBoolean(false),
                null,
                null);
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isTextual() ? node.asText() : null;
    }

    /** Python's kind of exception stands before the message. */
    private static void compareError(JsonNode item, String name, String found, Findings findings) {
        String expected = item.path("error").asText("a vector");
        String message = expected.replaceFirst("^\\w+: ", "");
        findings.count("error mismatches", found.equals(message), "%s: '%s', expected '%s'", name, found, message);
    }

    private static void compareVectors(float[][] found, JsonNode expected, String name, Findings findings) {
        findings.expect(
                found.length == expected.size(), "%s: %d vectors, expected %d", name, found.length, expected.size());
        for (int i = 0; i < Math.min(found.length, expected.size()); i++) {
            float[] vector = GoldenJson.floats(expected.get(i));
            double largest = Differences.of(found[i], vector).largest();
            double cosine = EmbeddingGolden.cosine(found[i], vector);
            findings.figures().largest("max abs", largest);
            findings.figures().largest("max 1 - cosine", 1 - cosine);
            findings.expect(largest <= LARGEST, "%s: vector %d is off by %.3g, allowed %s", name, i, largest, LARGEST);
            findings.expect(
                    cosine >= LEAST_COSINE,
                    "%s: vector %d has cosine %.7f, at least %s expected",
                    name,
                    i,
                    cosine,
                    LEAST_COSINE);
        }
    }
}

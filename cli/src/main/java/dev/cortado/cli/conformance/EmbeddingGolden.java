package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A small embedding model and the hidden states and vectors that it computes.
 *
 * @param name of the document
 * @param document its path
 * @param json its content: {@code sequences} of {@code tokens} with {@code pooled}, {@code normalized}, {@code last_hidden}
 */
record EmbeddingGolden(String name, Path document, JsonNode json) implements Golden {
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
        Allowance allowance;
        try (GgufFile gguf = GgufFile.open(file.get())) {
            String architecture = gguf.metadata().requireString("general.architecture");
            if (!CausalGolden.families().contains(architecture)) {
                return Outcome.unsupported("architecture " + architecture);
            }
            allowance = Allowance.of(
                    architecture, setup.backend(), gguf, json, json.has("dequant_f32_sequences"), deviation());
        }
        Findings findings = new Findings();
        try (Model model = Model.open(file.get(), setup.backend(), ModelOptions.DEFAULT)) {
            compareTokens(model, findings);
            compareVectors(model, allowance, findings);
        }
        return findings.outcome();
    }

    private List<JsonNode> sequences() {
        JsonNode array = json.has("dequant_f32_sequences") ? json.get("dequant_f32_sequences") : json.get("sequences");
        return IntStream.range(0, array.size()).mapToObj(array::get).toList();
    }

    private double deviation() {
        return sequences().stream()
                .filter(sequence -> sequence.has("last_hidden"))
                .mapToDouble(sequence -> Differences.deviation(GoldenJson.floats(sequence.get("last_hidden"))))
                .max()
                .orElse(1);
    }

    private void compareTokens(Model model, Findings findings) {
        if (json.has("text") && json.has("text_tokens")) {
            int[] expected = GoldenJson.ints(json.get("text_tokens"));
            int[] found = model.tokenizer().encode(json.get("text").asText(), true, true);
            findings.count("token mismatches", Arrays.equals(found, expected), "the tokens of its text differ");
        }
    }

    /** All texts packed together give the vectors, each alone its hidden states. */
    private void compareVectors(Model model, Allowance allowance, Findings findings) {
        List<int[]> tokens = sequences().stream()
                .map(sequence -> GoldenJson.ints(sequence.get("tokens")))
                .toList();
        float[][] vectors = model.embed(tokens);
        for (int i = 0; i < vectors.length; i++) {
            JsonNode expected = sequences().get(i);
            if (expected.has("pooled")) {
                Differences.of(vectors[i], GoldenJson.floats(expected.get("pooled")))
                        .note(findings, "vector %d".formatted(i), allowance);
            }
            if (expected.has("normalized")) {
                double cosine = cosine(vectors[i], GoldenJson.floats(expected.get("normalized")));
                findings.figures().largest("max angle", Math.acos(Math.min(1, cosine)));
                double least = 1 - Math.max(1e-5, allowance.rms() * allowance.rms());
                findings.expect(cosine >= least, "vector %d: cosine %.7f, at least %.7f expected", i, cosine, least);
            }
            if (expected.has("last_hidden")) {
                // rounding shows more in a single state than in what is pooled of them
                Allowance state = new Allowance(2 * allowance.largest(), 2 * allowance.rms(), allowance.margin());
                Differences.of(joined(model.hidden(tokens.get(i))), GoldenJson.floats(expected.get("last_hidden")))
                        .note(findings, "hidden states %d".formatted(i), state);
            }
        }
    }

    private static float[] joined(float[][] rows) {
        float[] joined = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, joined, row * rows[0].length, rows[0].length);
        }
        return joined;
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}

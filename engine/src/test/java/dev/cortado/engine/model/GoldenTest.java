package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.model.Goldens.Golden;
import dev.cortado.engine.reference.ReferenceBackend;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every family against llama.cpp: logits, probabilities, greedy text, embeddings. */
class GoldenTest {
    // llama.cpp looks the tanh form of GELU up in a table of float16: up to 7e-3 on logits
    private static final Set<String> GELU = Set.of(
            "gemma", "gemma2", "gemma3", "gemma-embedding", "phi2", "bert", "jina-bert-v2", "modern-bert", "falcon", "mpt",
            "gptneox", "gpt2", "starcoder", "starcoder2", "bloom", "codeshell");

    @TestFactory
    Stream<DynamicTest> computes_what_llama_cpp_computes() throws IOException {
        return Goldens.all().map(golden -> DynamicTest.dynamicTest(golden.name(), () -> compare(golden)));
    }

    private static void compare(Golden golden) {
        JsonNode expected = golden.expected();
        int contextLength = expected.path("n_ctx").asInt(0);
        ModelOptions options =
                ModelOptions.DEFAULT.withContextLength(contextLength).withKvType(KvShape.Type.F32);
        try (ReferenceBackend backend = new ReferenceBackend();
                Model model = Model.open(golden.model(), backend, options)) {
            float tolerance = GELU.contains(model.architecture()) ? 2e-2f : 1e-3f;
            if (expected.has("text_tokens")) {
                assertThat(model.tokenizer().encode(expected.get("text").asText(), true, true))
                        .isEqualTo(Goldens.ints(expected.get("text_tokens")));
            }
            if (golden.generates()) {
                compareLogits(model, golden.prompt(), golden.results(), tolerance);
            } else {
                compareEmbeddings(model, golden.texts(), tolerance);
            }
        }
    }

    private static void compareLogits(Model model, int[] prompt, JsonNode expected, float tolerance) {
        try (Sequence sequence = model.newSequence(prompt.length + 16)) {
            Batch batch = new Batch();
            batch.add(sequence, prompt, 0, prompt.length, Batch.Rows.ALL);
            model.forward(batch);
            assertThat(batch.rows()).isEqualTo(prompt.length);
            for (int i = 0; i < prompt.length; i++) {
                float[] logits = batch.logits(i);
                if (expected.get("argmax_margin").get(i).asDouble() > tolerance) {
                    assertThat(argmax(logits)).as("argmax at %d", i).isEqualTo(expected.get("argmax").get(i).asInt());
                }
                if (i + 1 < prompt.length) {
                    assertThat(logProbability(logits, prompt[i + 1]))
                            .as("log probability of token %d", i + 1)
                            .isEqualTo(expected.get("token_logprobs").get(i).asDouble(), within(2.0 * tolerance));
                }
            }
            assertClose(
                    batch.logits(expected.get("mid_position").asInt()),
                    Goldens.floats(expected.get("mid_logits")),
                    tolerance);
            assertClose(batch.logits(prompt.length - 1), Goldens.floats(expected.get("last_logits")), tolerance);
            compareGreedy(model, sequence, batch, expected, tolerance);
        }
    }

    private static void compareGreedy(
            Model model, Sequence sequence, Batch batch, JsonNode expected, float tolerance) {
        int[] greedy = Goldens.ints(expected.get("greedy"));
        float[] logits = batch.logits(batch.rows() - 1);
        for (int i = 0; i < greedy.length; i++) {
            if (expected.get("greedy_margin").get(i).asDouble() <= tolerance) {
                return; // a near tie: from here on the texts may differ
            }
            assertThat(argmax(logits)).as("greedy token %d", i).isEqualTo(greedy[i]);
            batch.clear();
            batch.add(sequence, greedy, i, 1, Batch.Rows.LAST);
            model.forward(batch);
            logits = batch.logits(0);
        }
    }

    private static void compareEmbeddings(Model model, JsonNode texts, float tolerance) {
        List<int[]> tokens = texts.valueStream().map(text -> Goldens.ints(text.get("tokens"))).toList();
        float[][] embedded = model.embed(tokens);
        for (int i = 0; i < embedded.length; i++) {
            assertClose(embedded[i], Goldens.floats(texts.get(i).get("pooled")), tolerance);
            float[] hidden = Goldens.floats(texts.get(i).get("last_hidden"));
            float[][] states = model.hidden(tokens.get(i));
            assertThat(states).hasNumberOfRows(tokens.get(i).length);
            for (int row = 0; row < states.length; row++) {
                float[] expected = new float[model.width()];
                System.arraycopy(hidden, row * expected.length, expected, 0, expected.length);
                assertClose(states[row], expected, tolerance);
            }
        }
    }

    private static void assertClose(float[] found, float[] expected, float tolerance) {
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("[%d]", i).isEqualTo(expected[i], within(tolerance));
        }
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static double logProbability(float[] logits, int id) {
        double sum = 0;
        double max = logits[argmax(logits)];
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return logits[id] - max - Math.log(sum);
    }
}

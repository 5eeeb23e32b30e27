package dev.cortado.cli.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one process measured.
 *
 * @param prompt tokens of the prompt per second
 * @param generation generated tokens per second
 * @param about the program's version and the features of the CPU it says it uses; may be empty
 */
record Rates(double prompt, double generation, String about) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Reads the output of {@code llama-bench -o json}: an array with an object for each test, told apart by
     * {@code n_prompt} and {@code n_gen}, the rates of the repetitions in {@code samples_ts}.
     */
    static Rates ofLlamaBench(String json) throws IOException {
        JsonNode tests;
        try {
            tests = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw unexpected(json, e);
        }
        double prompt = Double.NaN;
        double generation = Double.NaN;
        String about = "";
        for (JsonNode test : tests) {
            double rate = median(StreamSupport.stream(test.path("samples_ts").spliterator(), false)
                    .mapToDouble(JsonNode::asDouble)
                    .toArray());
            if (test.path("n_gen").asInt() == 0) {
                prompt = rate;
            } else if (test.path("n_prompt").asInt() == 0) {
                generation = rate;
            }
            about = (test.path("build_commit").asText() + " "
                            + test.path("system_info").asText())
                    .strip();
        }
        if (!(prompt > 0) || !(generation > 0)) {
            throw unexpected(json, null);
        }
        return new Rates(prompt, generation, about);
    }

    private static IOException unexpected(String json, @Nullable Throwable cause) {
        return new IOException(
                "expected a prompt test and a generation test of llama-bench with samples_ts, found "
                        + (json.isBlank() ? "nothing" : json.strip().lines().findFirst().orElseThrow()),
                cause);
    }

    /** The middle value, or the mean of the two in the middle; NaN of none. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

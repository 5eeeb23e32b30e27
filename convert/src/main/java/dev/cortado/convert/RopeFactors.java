package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The tensor {@code rope_freqs}: by what each of RoPE's frequencies is divided under Llama 3.1's scaling. Wave lengths
 * that fitted often into the original context stay, those that did not fit are stretched, and between the two the
 * reciprocals are interpolated. Formula: the configuration of Meta's Llama 3.1.
 */
final class RopeFactors {
    private static final double ORIGINAL_CONTEXT = 8_192;

    private RopeFactors() {}

    /** {@code headWidth / 2} factors, if the model is scaled that way. */
    static Optional<float[]> of(Hyperparameters parameters) {
        Config config = parameters.config();
        JsonNode rope = config.rope();
        if (!rope.path("rope_type").asText(rope.path("type").asText()).equals("llama3")) {
            return Optional.empty();
        }
        double factor = config.real(rope.path("factor"), "factor").orElse(8);
        double lowest =
                config.real(rope.path("low_freq_factor"), "low_freq_factor").orElse(1);
        double highest =
                config.real(rope.path("high_freq_factor"), "high_freq_factor").orElse(4);
        double context = config.real(rope.path("original_max_position_embeddings"), "original_max_position_embeddings")
                .orElse(config.real("original_max_position_embeddings").orElse(ORIGINAL_CONTEXT));
        float[] factors = new float[parameters.headWidth() / 2];
        for (int i = 0; i < factors.length; i++) {
            double frequency = Math.pow(parameters.ropeBase(), -2.0 * i / parameters.headWidth());
            double waves = context * frequency / (2 * Math.PI);
            if (waves > highest) {
                factors[i] = 1;
            } else if (waves < lowest) {
                factors[i] = (float) factor;
            } else {
                double smooth = (waves - lowest) / (highest - lowest);
                factors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
            }
        }
        return Optional.of(factors);
    }
}

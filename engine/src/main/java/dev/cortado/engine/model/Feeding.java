package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Experts;

/**
 * How a family's feed-forward is made.
 *
 * @param activation the non-linearity
 * @param gated whether a second projection multiplies it; where the file has one, that is
 * @param gating how router logits become weights, in files with experts
 * @param normalised whether the weights of the chosen experts are divided by their sum
 * @param weightScale factor of those weights, 0 for none
 * @param lengthOfBoth whether {@code feed_forward_length} counts the columns of gate and up together (Qwen 1)
 */
record Feeding(
        Activation activation,
        boolean gated,
        Experts.Gating gating,
        boolean normalised,
        float weightScale,
        boolean lengthOfBoth) {
    static Feeding gated(Activation activation) {
        return new Feeding(activation, true, Experts.Gating.SOFTMAX, true, 0, false);
    }

    static Feeding plain(Activation activation) {
        return new Feeding(activation, false, Experts.Gating.SOFTMAX, true, 0, false);
    }

    Feeding experts(Experts.Gating rule, boolean normalise, float scale) {
        return new Feeding(activation, gated, rule, normalise, scale, lengthOfBoth);
    }

    Feeding withLengthOfBoth() {
        return new Feeding(activation, gated, gating, normalised, weightScale, true);
    }
}

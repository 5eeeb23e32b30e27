package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Activation;
import org.jspecify.annotations.Nullable;

/** The formulas of {@link Activation}, in float64. */
final class Nonlinearity {
    private Nonlinearity() {}

    /** f(gate) * up, where up counts as 1 when there is none. */
    static double of(Activation f, double gate, @Nullable Double up) {
        if (f == Activation.SWIGLU_OAI) {
            if (up == null) {
                throw new IllegalArgumentException("SWIGLU_OAI without up, expected a gate and an up");
            }
            double g = Math.min(gate, 7);
            double u = Math.clamp(up, -7, 7);
            return g * sigmoid(1.702 * g) * (u + 1);
        }
        return of(f, gate) * (up == null ? 1 : up);
    }

    private static double of(Activation f, double x) {
        return switch (f) {
            case SILU -> x * sigmoid(x);
            case GELU -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU_ERF -> x / 2 * (1 + ErrorFunction.erf(x / Math.sqrt(2)));
            case RELU -> Math.max(0, x);
            case RELU_SQUARED -> Math.max(0, x) * Math.max(0, x);
            case SWIGLU_OAI -> throw new IllegalArgumentException("SWIGLU_OAI takes two arguments");
        };
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** log(1 + e^x). */
    static double softplus(double x) {
        return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
    }
}

package dev.cortado.engine.model;

import org.jspecify.annotations.Nullable;

/**
 * What some embedding models apply to the pooled vector: EmbeddingGemma's two projections, or a reranker's classifier. One
 * vector per text, so plain loops do.
 *
 * @param dense first projection [rows x columns], or null for none
 * @param denseBias its bias, or null
 * @param activation after it
 * @param norm weights of a layer norm after that, or null
 * @param epsilon of that norm
 * @param output second projection, or null for none
 * @param outputBias its bias, or null
 */
record PoolingHead(
        float @Nullable [] dense,
        float @Nullable [] denseBias,
        Activation activation,
        float @Nullable [] norm,
        float epsilon,
        float @Nullable [] output,
        float @Nullable [] outputBias) {
    /** Between the projections. */
    enum Activation {
        NONE,
        TANH,
        GELU
    }

    private static final PoolingHead NONE = new PoolingHead(null, null, Activation.NONE, null, 0, null, null);

    /** The head that a file has, which may do nothing. */
    static PoolingHead of(Weights weights, Hyperparameters sizes, Pooling pooling) {
        if (pooling != Pooling.RANK) {
            return weights.has("dense_2.weight") ? projections(weights) : NONE;
        }
        boolean normalised = weights.has("cls.norm.weight"); // ModernBERT's head
        return new PoolingHead(
                values(weights, "cls.weight"),
                values(weights, "cls.bias"),
                normalised ? Activation.GELU : Activation.TANH,
                values(weights, "cls.norm.weight"),
                sizes.real("attention.layer_norm_epsilon", 0),
                values(weights, "cls.output.weight"),
                values(weights, "cls.output.bias"));
    }

    private static PoolingHead projections(Weights weights) {
        return new PoolingHead(
                values(weights, "dense_2.weight"),
                values(weights, "dense_2.bias"),
                Activation.NONE,
                null,
                0,
                values(weights, "dense_3.weight"),
                null);
    }

    private static float @Nullable [] values(Weights weights, String name) {
        return weights.has(name) ? weights.values(name, weights.tensor(name).shape()) : null;
    }

    /** Whether a ranking starts from the mean of all states, as ModernBERT's head does. */
    boolean takesMean() {
        return norm != null;
    }

    float[] apply(float[] pooled) {
        float[] x = pooled;
        if (dense != null) {
            x = project(dense, denseBias, x);
            for (int i = 0; i < x.length; i++) {
                x[i] = switch (activation) {
                    case NONE -> x[i];
                    case TANH -> (float) Math.tanh(x[i]);
                    case GELU -> gelu(x[i]);
                };
            }
        }
        if (norm != null) {
            normalise(x, norm);
        }
        return output == null ? x : project(output, outputBias, x);
    }

    private static float[] project(float[] weight, float @Nullable [] bias, float[] x) {
        float[] y = new float[weight.length / x.length];
        for (int row = 0; row < y.length; row++) {
            double sum = bias == null ? 0 : bias[row];
            for (int i = 0; i < x.length; i++) {
                sum += (double) weight[row * x.length + i] * x[i];
            }
            y[row] = (float) sum;
        }
        return y;
    }

    private static float gelu(float x) {
        return (float) (0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
    }

    private void normalise(float[] x, float[] weight) {
        double mean = 0;
        for (float v : x) {
            mean += v / (double) x.length;
        }
        double variance = 0;
        for (float v : x) {
            variance += (v - mean) * (v - mean) / x.length;
        }
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((x[i] - mean) / Math.sqrt(variance + epsilon) * weight[i]);
        }
    }
}

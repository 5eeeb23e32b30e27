package dev.cortado.gguf.quantization;

import org.jspecify.annotations.Nullable;

/**
 * The weights that become one block, or a whole row for types without blocks.
 *
 * @param x the weights
 * @param importance how much an error of each counts, or null
 * @param rowMeanSquare mean of the squares of the whole row that the block is part of
 */
record Block(float[] x, float @Nullable [] importance, float rowMeanSquare) {
    /** Mean of the squares. */
    float meanSquare() {
        return sumOfSquares(x) / x.length;
    }

    static float sumOfSquares(float[] x) {
        float sum = 0;
        for (float value : x) {
            sum += value * value;
        }
        return sum;
    }

    /**
     * How much the error of weights {@code from}, ... counts: importance times {@code sqrt(variance + x^2)}, so that
     * large weights count more than small ones. Without importance that of every weight is 1.
     */
    void weigh(int from, float variance, float[] weights) {
        for (int i = 0; i < weights.length; i++) {
            float value = x[from + i];
            float root = (float) Math.sqrt(variance + value * value);
            weights[i] = importance == null ? root : importance[from + i] * root;
        }
    }

    /** The squares of weights {@code from}, ...: what their errors count where no importance is given. */
    void square(int from, float[] weights) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = x[from + i] * x[from + i];
        }
    }

    /**
     * {@link #weigh} with twice the mean square of the block where there is an importance, {@link #square} elsewhere.
     */
    void weighOrSquare(int from, float[] weights) {
        if (importance == null) {
            square(from, weights);
        } else {
            weigh(from, 2 * meanSquare(), weights);
        }
    }
}

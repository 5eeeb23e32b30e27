package dev.cortado.gguf.quantization;

import java.util.Arrays;

/**
 * The scale for {@code x = scale * q} with q in 0 to n: nine scales are tried, then single levels are moved as long as
 * that lowers the error. (ggml: {@code make_qp_quants}.)
 */
final class PositiveFit {
    private PositiveFit() {}

    /**
     * @param x values, 0 or more; a negative one (IQ2_XXS flips the sign of an unimportant weight) is rounded below 0
     * @param n largest level
     * @param importance weight of each error
     * @param levels receives q, unsigned
     * @return the scale; 0 when all is zero
     */
    static float fit(float[] x, int n, float[] importance, byte[] levels) {
        float max = 0;
        for (float value : x) {
            max = Math.max(max, value);
        }
        if (max < SymmetricFit.ZERO) {
            Arrays.fill(levels, (byte) 0);
            return 0;
        }
        float inverse = bestInverse(x, n, max, importance, levels);
        float products = 0;
        float squares = 0;
        for (int i = 0; i < x.length; i++) {
            int q = Math.min(n, Rounding.halfEven(inverse * x[i]));
            levels[i] = (byte) q;
            products += importance[i] * x[i] * q;
            squares += importance[i] * q * q;
        }
        return descend(x, n, importance, levels, products, squares);
    }

    private static float bestInverse(float[] x, int n, float max, float[] importance, byte[] levels) {
        float best = n / max;
        float scale = 1 / best;
        float least = 0;
        for (int i = 0; i < x.length; i++) {
            levels[i] = (byte) Rounding.halfEven(best * x[i]);
            float difference = x[i] - scale * (levels[i] & 0xff);
            least += importance[i] * difference * difference;
        }
        for (int step = -4; step <= 4; step++) {
            if (step == 0) {
                continue;
            }
            float inverse = (0.1f * step + n) / max;
            scale = 1 / inverse;
            float error = 0;
            for (int i = 0; i < x.length; i++) {
                float difference = x[i] - scale * Math.min(n, Rounding.halfEven(inverse * x[i]));
                error += importance[i] * difference * difference;
            }
            if (error < least) {
                least = error;
                best = inverse;
            }
        }
        return best;
    }

    private static float descend(
            float[] x, int n, float[] importance, byte[] levels, float productsBefore, float squaresBefore) {
        float products = productsBefore;
        float squares = squaresBefore;
        boolean changed = true;
        for (int round = 0; round < 5 && changed; round++) {
            changed = false;
            for (int i = 0; i < x.length; i++) {
                float w = importance[i];
                int level = levels[i] & 0xff;
                float otherProducts = products - w * x[i] * level;
                float otherSquares = squares - w * level * level;
                if (otherProducts > 0 && otherSquares > 0) {
                    int q = Math.min(n, Rounding.halfEven(x[i] * otherSquares / otherProducts));
                    if (q != level) {
                        otherProducts += w * x[i] * q;
                        otherSquares += w * q * q;
                        if (otherProducts * otherProducts * squares > products * products * otherSquares) {
                            levels[i] = (byte) q;
                            products = otherProducts;
                            squares = otherSquares;
                            changed = true;
                        }
                    }
                }
            }
        }
        return squares > 0 ? products / squares : 0;
    }
}

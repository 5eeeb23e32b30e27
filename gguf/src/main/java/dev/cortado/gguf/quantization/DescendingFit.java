package dev.cortado.gguf.quantization;

import java.util.Arrays;

/**
 * The scale for {@code x = scale * q} with q in -n to n - 1: rounds with the scale that makes the largest weight -n,
 * then moves single levels as long as that lowers the error, weighed by the squares of the weights. (ggml: {@code
 * make_q3_quants}.)
 */
final class DescendingFit {
    private DescendingFit() {}

    /** Levels receive q + n; the result is the scale. See {@link SymmetricFit#fit}. */
    static float fit(float[] x, int from, int n, byte[] levels) {
        float peak = SymmetricFit.peak(x, from, levels.length);
        if (Math.abs(peak) < SymmetricFit.ZERO) {
            Arrays.fill(levels, (byte) 0);
            return 0;
        }
        float inverse = -n / peak;
        float products = 0;
        float squares = 0;
        for (int i = 0; i < levels.length; i++) {
            float value = x[from + i];
            int q = Rounding.halfEven(inverse * value, -n, n - 1);
            levels[i] = (byte) q;
            float w = value * value;
            products += w * value * q;
            squares += w * q * q;
        }
        boolean changed = true;
        for (int round = 0; round < 5 && changed; round++) {
            changed = false;
            for (int i = 0; i < levels.length; i++) {
                float value = x[from + i];
                float w = value * value;
                float otherProducts = products - w * value * levels[i];
                if (otherProducts > 0) {
                    float otherSquares = squares - w * levels[i] * levels[i];
                    int q = Rounding.halfEven(value * otherSquares / otherProducts, -n, n - 1);
                    if (q != levels[i]) {
                        otherProducts += w * value * q;
                        otherSquares += w * q * q;
                        if (otherSquares > 0
                                && otherProducts * otherProducts * squares > products * products * otherSquares) {
                            levels[i] = (byte) q;
                            products = otherProducts;
                            squares = otherSquares;
                            changed = true;
                        }
                    }
                }
            }
        }
        for (int i = 0; i < levels.length; i++) {
            levels[i] += (byte) n;
        }
        return squares > 0 ? products / squares : 0;
    }
}

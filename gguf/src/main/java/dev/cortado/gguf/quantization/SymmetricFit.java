package dev.cortado.gguf.quantization;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The scale for {@code x = scale * q} with q in -n to n - 1: the weight of largest magnitude becomes about -n, nineteen
 * scales around that are tried, and for the best rounding the scale of least squares is taken. (ggml: {@code
 * make_qx_quants}.)
 */
final class SymmetricFit {
    /** Below this magnitude a group counts as zero. */
    static final float ZERO = 1e-15f;

    private SymmetricFit() {}

    /**
     * @param x the weights
     * @param from where the group starts in {@code x}; it is as long as {@code levels}
     * @param n see above
     * @param importance weight of each error, indexed like the group, or null for the squares of the weights
     * @param levels receives q + n
     * @return the scale; 0 when all is zero, and then the levels are 0
     */
    static float fit(float[] x, int from, int n, float @Nullable [] importance, byte[] levels) {
        float peak = peak(x, from, levels.length);
        if (Math.abs(peak) < ZERO) {
            Arrays.fill(levels, (byte) 0);
            return 0;
        }
        float bestInverse = -n / peak;
        Sums sums = sums(x, from, n, importance, levels.length, bestInverse);
        float scale = sums.squares == 0 ? 0 : sums.products / sums.squares;
        float best = scale * sums.products;
        for (int step = -9; step <= 9; step++) {
            if (step == 0) {
                continue;
            }
            float inverse = -(n + 0.1f * step) / peak;
            Sums tried = sums(x, from, n, importance, levels.length, inverse);
            if (tried.squares > 0 && tried.products * tried.products > best * tried.squares) {
                scale = tried.products / tried.squares;
                best = scale * tried.products;
                bestInverse = inverse;
            }
        }
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (n + Rounding.halfEven(bestInverse * x[from + i], -n, n - 1));
        }
        return scale;
    }

    /** The first value of largest magnitude. */
    static float peak(float[] x, int from, int n) {
        float peak = 0;
        for (int i = from; i < from + n; i++) {
            if (Math.abs(x[i]) > Math.abs(peak)) {
                peak = x[i];
            }
        }
        return peak;
    }

    private record Sums(float products, float squares) {}

    private static Sums sums(float[] x, int from, int n, float @Nullable [] importance, int count, float inverse) {
        float products = 0;
        float squares = 0;
        for (int i = 0; i < count; i++) {
            float value = x[from + i];
            int q = Rounding.halfEven(inverse * value, -n, n - 1);
            float w = importance == null ? value * value : importance[i];
            products += w * value * q;
            squares += w * q * q;
        }
        return new Sums(products, squares);
    }
}

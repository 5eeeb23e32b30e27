package dev.cortado.gguf.quantization;

import java.util.Arrays;

/**
 * Scale and minimum for {@code x = scale * q - min} with q in 0 to n and min at least 0: starts from the range of the
 * weights, then for each of a number of scales around that solves the least squares for the rounding it gives, and
 * keeps the best. (ggml: {@code make_qkx2_quants}, {@code make_qkx3_quants}.)
 */
final class AffineFit {
    /**
     * Which scales are tried.
     *
     * @param from added to n for the first
     * @param step and for each further one
     * @param steps how many after the first
     * @param absolute whether absolute errors are compared, not squares
     */
    record Search(float from, float step, int steps, boolean absolute) {
        /** What ggml uses wherever an importance is given. */
        static final Search THOROUGH = new Search(-0.9f, 0.05f, 36, false);
    }

    /** q of each weight. */
    final byte[] levels;

    private final byte[] tried;
    private float scale;
    private float low;

    AffineFit(int size) {
        levels = new byte[size];
        tried = new byte[size];
    }

    float scale() {
        return scale;
    }

    float min() {
        return -low;
    }

    /** Fits {@code x} from {@code from}, as many weights as {@link #levels}. */
    void fit(float[] x, int from, int n, float[] importance, Search search) {
        low = x[from];
        float high = x[from];
        float sumW = importance[0];
        float sumX = sumW * x[from];
        for (int i = 1; i < levels.length; i++) {
            float value = x[from + i];
            low = value < low ? value : low;
            high = value > high ? value : high;
            sumW += importance[i];
            sumX += importance[i] * value;
        }
        low = low > 0 ? 0 : low;
        if (high <= low) {
            Arrays.fill(levels, (byte) 0);
            scale = 0;
            return;
        }
        float inverse = n / (high - low);
        scale = 1 / inverse;
        round(x, from, n, inverse, low, levels);
        float least = error(x, from, importance, levels, scale, low, search.absolute);
        for (int step = 0; step <= search.steps; step++) {
            // low is that of the best fit so far, here and in the rounding
            inverse = (search.from + search.step * step + n) / (high - low);
            round(x, from, n, inverse, low, tried);
            float sumL = 0;
            float sumL2 = 0;
            float sumXL = 0;
            for (int i = 0; i < levels.length; i++) {
                float w = importance[i];
                int q = tried[i];
                sumL += w * q;
                sumL2 += w * q * q;
                sumXL += w * q * x[from + i];
            }
            float determinant = sumW * sumL2 - sumL * sumL;
            if (determinant > 0) {
                float newScale = (sumW * sumXL - sumX * sumL) / determinant;
                float newLow = (sumL2 * sumX - sumL * sumXL) / determinant;
                if (newLow > 0) {
                    newLow = 0;
                    newScale = sumXL / sumL2;
                }
                float error = error(x, from, importance, tried, newScale, newLow, search.absolute);
                if (error < least) {
                    System.arraycopy(tried, 0, levels, 0, levels.length);
                    least = error;
                    scale = newScale;
                    low = newLow;
                }
            }
        }
    }

    private static void round(float[] x, int from, int n, float inverse, float low, byte[] levels) {
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) Rounding.halfEven(inverse * (x[from + i] - low), 0, n);
        }
    }

    private static float error(
            float[] x, int from, float[] importance, byte[] levels, float scale, float low, boolean absolute) {
        float sum = 0;
        for (int i = 0; i < levels.length; i++) {
            float difference = scale * levels[i] + low - x[from + i];
            sum += importance[i] * (absolute ? Math.abs(difference) : difference * difference);
        }
        return sum;
    }
}

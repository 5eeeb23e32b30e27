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
    private final float[] x;
    private final float[] importance;
    private float high;
    private float sumW;
    private float sumX;
    private float scale;
    private float low;
    private float least;

    /** For groups of {@code size} weights, one after the other. */
    AffineFit(int size) {
        levels = new byte[size];
        tried = new byte[size];
        x = new float[size];
        importance = new float[size];
    }

    float scale() {
        return scale;
    }

    float min() {
        return -low;
    }

    /**
     * Fits the group of {@code weights} that starts at {@code from}; {@code counts} says how much each error counts.
     */
    void fit(float[] weights, int from, int n, float[] counts, Search search) {
        System.arraycopy(weights, from, x, 0, x.length);
        System.arraycopy(counts, 0, importance, 0, x.length);
        range();
        if (high <= low) {
            Arrays.fill(levels, (byte) 0);
            scale = 0;
            return;
        }
        float inverse = n / (high - low);
        scale = 1 / inverse;
        round(n, inverse, levels);
        least = error(levels, scale, low, search.absolute);
        for (int step = 0; step <= search.steps; step++) {
            // low is that of the best fit so far, here and in the rounding
            round(n, (search.from + search.step * step + n) / (high - low), tried);
            solve(search.absolute);
        }
    }

    private void range() {
        low = x[0];
        high = x[0];
        sumW = importance[0];
        sumX = sumW * x[0];
        for (int i = 1; i < x.length; i++) {
            low = x[i] < low ? x[i] : low;
            high = x[i] > high ? x[i] : high;
            sumW += importance[i];
            sumX += importance[i] * x[i];
        }
        low = low > 0 ? 0 : low;
    }

    /** Takes the tried levels and the scale and minimum of least squares for them, if that is better than before. */
    private void solve(boolean absolute) {
        float sumL = 0;
        float sumL2 = 0;
        float sumXL = 0;
        for (int i = 0; i < x.length; i++) {
            float w = importance[i];
            int q = tried[i];
            sumL += w * q;
            sumL2 += w * q * q;
            sumXL += w * q * x[i];
        }
        float determinant = sumW * sumL2 - sumL * sumL;
        if (!(determinant > 0)) {
            return;
        }
        float newScale = (sumW * sumXL - sumX * sumL) / determinant;
        float newLow = (sumL2 * sumX - sumL * sumXL) / determinant;
        if (newLow > 0) {
            newLow = 0;
            newScale = sumXL / sumL2;
        }
        float error = error(tried, newScale, newLow, absolute);
        if (error < least) {
            System.arraycopy(tried, 0, levels, 0, levels.length);
            least = error;
            scale = newScale;
            low = newLow;
        }
    }

    private void round(int n, float inverse, byte[] rounded) {
        for (int i = 0; i < x.length; i++) {
            rounded[i] = (byte) Rounding.halfEven(inverse * (x[i] - low), 0, n);
        }
    }

    private float error(byte[] rounded, float itsScale, float itsLow, boolean absolute) {
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            float difference = itsScale * rounded[i] + itsLow - x[i];
            sum += importance[i] * (absolute ? Math.abs(difference) : difference * difference);
        }
        return sum;
    }
}

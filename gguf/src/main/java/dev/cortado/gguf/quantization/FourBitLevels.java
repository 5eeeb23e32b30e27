package dev.cortado.gguf.quantization;

/** The sixteen levels of IQ4_NL and IQ4_XS (ggml-common.h): closer together around zero, where most weights are. */
final class FourBitLevels {
    static final byte[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private FourBitLevels() {}

    /** Index of the level nearest to {@code x}; of the upper one when both are as near. */
    static byte nearest(float x) {
        if (x <= LEVELS[0]) {
            return 0;
        }
        if (x >= LEVELS[15]) {
            return 15;
        }
        int lower = 0;
        int upper = 15;
        while (upper - lower > 1) {
            int middle = (lower + upper) / 2;
            if (x < LEVELS[middle]) {
                upper = middle;
            } else {
                lower = middle;
            }
        }
        return (byte) (x - LEVELS[lower] < LEVELS[upper] - x ? lower : upper);
    }

    /**
     * The scale for {@code x = scale * level}: the weight of largest magnitude becomes the lowest level, fifteen scales
     * around that are tried, and for the best one that of least squares is taken.
     *
     * @param x the weights
     * @param from where the group starts
     * @param counts how much each error counts
     * @return the scale; 0 when all is zero
     */
    static float fit(float[] x, int from, float[] counts) {
        float peak = SymmetricFit.peak(x, from, counts.length);
        if (Math.abs(peak) < SymmetricFit.ZERO) {
            return 0;
        }
        Sums sums = sums(x, from, counts, 1 / (-peak / LEVELS[0]));
        float scale = sums.squares > 0 ? sums.products / sums.squares : 0;
        float best = scale * sums.products;
        for (int step = -7; step <= 7; step++) {
            Sums tried = sums(x, from, counts, (step + LEVELS[0]) / peak);
            if (tried.squares > 0 && tried.products * tried.products > best * tried.squares) {
                scale = tried.products / tried.squares;
                best = scale * tried.products;
            }
        }
        return scale;
    }

    private record Sums(float products, float squares) {}

    private static Sums sums(float[] x, int from, float[] counts, float inverse) {
        float products = 0;
        float squares = 0;
        for (int i = 0; i < counts.length; i++) {
            float q = LEVELS[nearest(inverse * x[from + i])];
            products += counts[i] * q * x[from + i];
            squares += counts[i] * q * q;
        }
        return new Sums(products, squares);
    }
}

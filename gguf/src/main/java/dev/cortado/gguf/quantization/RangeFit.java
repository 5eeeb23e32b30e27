package dev.cortado.gguf.quantization;

/**
 * Scale and minimum for {@code x = scale * q + min} with q in 0 to n, for the blocks of Q4_1 and Q5_1.
 *
 * @param scale distance of two levels
 * @param min level 0
 */
record RangeFit(float scale, float min) {
    /** Smallest and largest weight become exactly 0 and n; with an importance the best of several scales is taken. */
    static RangeFit of(Block block, int n, byte[] levels) {
        return block.importance() == null ? byRange(block.x(), n, levels) : byImportance(block, n, levels);
    }

    private static RangeFit byRange(float[] x, int n, byte[] levels) {
        float low = Float.MAX_VALUE;
        float high = -Float.MAX_VALUE;
        for (float value : x) {
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        float scale = (high - low) / n;
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int j = 0; j < x.length; j++) {
            levels[j] = (byte) Math.min(n, (int) ((x[j] - low) * inverse + 0.5f));
        }
        return new RangeFit(scale, low);
    }

    private static RangeFit byImportance(Block block, int n, byte[] levels) {
        float[] counts = new float[levels.length];
        block.weigh(0, block.rowMeanSquare(), counts);
        AffineFit fit = new AffineFit(levels.length);
        fit.fit(block.x(), 0, n, counts, AffineFit.Search.THOROUGH);
        System.arraycopy(fit.levels, 0, levels, 0, levels.length);
        return new RangeFit(fit.scale(), -fit.min());
    }
}

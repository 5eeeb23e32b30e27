package dev.cortado.kernels.cpu.weights;

/** A kernel: interleaved weights times up to eight rows of float32, without a panel between the two. */
@FunctionalInterface
public interface ProductByEight {
    /**
     * {@code y[at + t * stride + r] += row r * stretch t} for every row r of the groups, also of those that pad the last one,
     * and t below {@code tokens}: each sum is the chain of fused multiply-adds that panel and tile make, to the same bits.
     *
     * @param weights address of the first group
     * @param groups groups of rows, side by side in memory
     * @param blocks blocks per row here, as many as the stretch of an input that they meet
     * @param x the inputs as {@link Inputs#sideBySide} gives them
     * @param from where the inputs' stretches begin in x
     * @param tokens inputs that there are, at most 8
     */
    void add(long weights, int groups, int blocks, float[] x, int from, int tokens, float[] y, int at, int stride);
}

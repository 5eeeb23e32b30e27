package dev.cortado.kernels.cpu.weights;

/** A kernel: the product of quantised rows, as the file has them, with one float32 input. */
@FunctionalInterface
public interface RowsProduct {
    /**
     * {@code y[at + r] = row r * x} for every row r. There are A accumulators of L lanes (L: lanes of a vector; A: 2 for
     * blocks of 32 weights, 4 for those of 256), one after the other. The dequantised weight k times its input is added
     * with one rounding to lane {@code k % L} of accumulator {@code k / 16 % A}; then the upper half of all lanes is added
     * to the lower until one is left.
     *
     * @param weights address of the first row; what lies up to 64 bytes beyond the last one may be read, but does not
     *     matter
     * @param rows rows, side by side in memory
     * @param blocks blocks per row
     * @param x address of the input
     * @param scratch the calling thread's
     */
    void multiply(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch);
}

package dev.cortado.kernels.cpu.weights;

/**
 * A kernel: the dot product of one row of floating-point weights, as the file has it, with a float32 input. Halves count as
 * 2^-112 of their value, see {@link Inputs#prepareForHalves}.
 */
@FunctionalInterface
public interface RowProduct {
    /**
     * {@code y[to]} = row times input. Partial sums: element k of the first {@code columns / (4 L) * 4 L} is added to sum
     * {@code k % (4 L)} (L = lanes), the sums a, b, c, d of L lanes each are added as {@code (a + b) + (c + d)}, the
     * result's upper half to its lower half until one is left, and then the remaining elements one after the other.
     *
     * @param weights address of the row
     * @param columns its weights
     * @param x address of the input
     * @param sums room for 4 L floats
     */
    void multiply(long weights, int columns, long x, float[] y, int to, float[] sums);
}

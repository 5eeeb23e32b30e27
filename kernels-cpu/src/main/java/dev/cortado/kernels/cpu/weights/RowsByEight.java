package dev.cortado.kernels.cpu.weights;

/** A kernel: the product of rows of floating-point weights, as the file has them, with eight float32 inputs at once. */
@FunctionalInterface
public interface RowsByEight {
    /**
     * {@code y[to + r + t * yStride]} = row r times input t, for all rows r below {@code rows} and t below {@code
     * tokens}. Partial sums: element k of the first {@code columns / L * L} is added to sum {@code k % L} (L = lanes), the
     * upper half of the sums to the lower half until one is left, and then the remaining elements one after the other.
     *
     * @param weights address of the first row; the others lie behind it
     * @param columns weights of a row
     * @param x address of the inputs as {@link Inputs#eight} lays them out
     * @param tokens inputs that there are, at most 8
     * @param sums room for 24 L floats
     */
    void multiply(
            long weights,
            int rows,
            int columns,
            long x,
            int tokens,
            float[] y,
            int to,
            int yStride,
            float[] sums);

    /** Where element k of input t lies, in floats from the first, with {@code lanes} (a power of two) side by side. */
    static int place(int k, int t, int lanes) {
        return (k & -lanes) * 8 + t * lanes + (k & lanes - 1);
    }
}

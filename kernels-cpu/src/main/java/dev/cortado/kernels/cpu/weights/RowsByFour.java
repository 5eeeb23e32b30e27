package dev.cortado.kernels.cpu.weights;

/** A kernel: the product of rows of floating-point weights, as the file has them, with four float32 inputs at once. */
@FunctionalInterface
public interface RowsByFour {
    /**
     * {@code y[to + r + t * yStride]} = row r times input t, for all rows r below {@code rows} and t below 4. Partial
     * sums: element k of the first {@code columns / L * L} is added to sum {@code k % L} (L = lanes), the upper half of
     * the sums to the lower half until one is left, and then the remaining elements one after the other.
     *
     * @param weights address of the first row; the others lie behind it
     * @param columns weights of a row
     * @param x address of the first input
     * @param xStride bytes from one input to the next
     * @param sums room for 8 L floats
     */
    void multiply(
            long weights,
            int rows,
            int columns,
            long x,
            long xStride,
            float[] y,
            int to,
            int yStride,
            float[] sums);
}

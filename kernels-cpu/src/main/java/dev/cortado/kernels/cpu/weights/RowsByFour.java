package dev.cortado.kernels.cpu.weights;

/**
 * A kernel: the product of rows of floating-point weights, as the file has them, with one float32 input, four rows at a time.
 * It is for rows so long that the first-level cache does not hold the input, which then comes from the second level once for
 * four rows. Halves count as 2^-112 of their value, see {@link Inputs#prepareForHalves}.
 */
@FunctionalInterface
public interface RowsByFour {
    /**
     * {@code y[to + r]} = row r times input, for all rows r below {@code rows}. Partial sums as those of {@link
     * RowsByEight}.
     *
     * @param weights address of the first row; the others lie behind it
     * @param columns weights of a row
     * @param x address of the input
     * @param sums room for 4 L floats
     */
    void multiply(long weights, int rows, int columns, long x, float[] y, int to, float[] sums);
}

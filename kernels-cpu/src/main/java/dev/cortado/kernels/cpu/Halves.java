package dev.cortado.kernels.cpu;

/**
 * Products with, and copies of, numbers that are kept as halves, sixty-four of them side by side. A half that is not
 * finite may count as one of the next exponent.
 */
public interface Halves {
    /** Columns of a line. */
    int COLUMNS = 64;

    /**
     * sums[sumsAt + i * sumsStride + j] += sum over k of x[xAt + i * xStride + k] * halves[at + 64 k + j], for i below
     * {@code rows}, j below 64, k below {@code depth}: the chains of fused multiply-adds of {@link Tile}, for so few rows
     * that a panel of floats would not be read often enough.
     */
    void add(
            short[] halves,
            int at,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride);

    /** panel[to + 16 k + j] = halves[at + 64 k + j], for j below 16, k below {@code lines}: a strip for {@link Tile}. */
    void strip(short[] halves, int at, int lines, float[] panel, int to);
}

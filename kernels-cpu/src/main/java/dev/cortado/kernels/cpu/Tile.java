package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.Panel;

/**
 * The inner product of prefill and attention: rows of x times a panel of strips, added to sums. A strip is sixteen
 * neighbouring columns: for one k its sixteen floats lie side by side, those for the next k behind them. Every sum is
 * one chain of fused multiply-adds along k, so all forms of this give the same bits, whatever the vector width.
 */
@FunctionalInterface
public interface Tile {
    /** Columns of a strip. */
    int STRIP = Panel.ROWS;

    /**
     * sums[sumsAt + i * sumsStride + 16 s + j] += sum over k of x[xAt + i * xStride + k] * panel[at + s * gap + 16 k + j],
     * for i below {@code rows}, s below {@code strips}, j below 16, k below {@code depth}.
     */
    void add(
            float[] panel,
            int at,
            int gap,
            int strips,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride);

    /** Strips that hold {@code columns} columns. */
    static int strips(int columns) {
        return (columns + STRIP - 1) / STRIP;
    }
}

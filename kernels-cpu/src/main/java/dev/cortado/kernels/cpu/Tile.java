package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.Panel;

/**
 * The inner product of prefill and attention: four rows of x times a panel of strips, added to sums. A strip is sixteen
 * neighbouring columns; for one k its sixteen floats lie side by side. Every sum is one chain of fused multiply-adds
 * along k, so all forms of this give the same bits, whatever the vector width.
 */
@FunctionalInterface
public interface Tile {
    /** Columns of a strip. */
    int STRIP = Panel.ROWS;

    /** Rows of a tile. */
    int ROWS = 4;

    /**
     * sums[sumsAt + i * sumsStride + 16 s + j] += sum over k of x[xAt + i * xStride + k] * panel[at + s * gap + k * stride +
     * j], for i below 4, s below {@code strips}, j below 16, k below {@code depth}.
     */
    void add(
            float[] panel,
            int at,
            int gap,
            int strips,
            int stride,
            float[] x,
            int xAt,
            int xStride,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride);

    /** Strips that hold {@code columns} columns. */
    static int strips(int columns) {
        return (columns + STRIP - 1) / STRIP;
    }
}

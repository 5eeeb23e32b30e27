package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.InterleavedRows;

/**
 * The inner product of prefill over weights of few bits: rows of quantised inputs times a panel of weights, added to
 * sums. A run of weights that share a scale is multiplied and summed in 16 bits, which gives a CPU twice as many
 * multiplications per instruction as floats do; its sum is exact, and is then scaled and added with one rounding. So
 * all forms of this give the same bits, whatever the vector width.
 */
@FunctionalInterface
public interface IntegerTile {
    /** Columns of a panel. */
    int COLUMNS = IntegerPanel.ROWS;

    /**
     * For each row i below {@code rows}, column c below {@link #COLUMNS} and run j of the panel, in this order of j:
     * sums[sumsAt + i * sumsStride + c] += (sum over the run's weights times their inputs) * (factor of j and c * scale
     * of the input's block), and then, where the panel has offsets, += offset of j and c * the scaled sum of the inputs.
     *
     * @param row the first row of x, a multiple of {@link InterleavedRows#ROWS}
     * @param run the panel's first run, counted from the beginning of a row
     */
    void add(
            IntegerPanel.Room panel,
            InterleavedRows x,
            int row,
            int rows,
            int run,
            float[] sums,
            int sumsAt,
            int sumsStride);
}

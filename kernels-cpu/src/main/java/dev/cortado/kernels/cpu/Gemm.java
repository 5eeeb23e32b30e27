package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.CpuMatrix;
import java.util.Arrays;

/**
 * Many rows times a group of output columns: the weights are dequantised once into a panel, which is then multiplied
 * with all rows. Activations stay exact, so the result does not depend on the weights' layout.
 */
final class Gemm {
    /** Output columns of a call. */
    static final int COLUMNS = 4 * Tile.STRIP;

    /** Weights of a row in a panel; a multiple of every block size. The panel takes 64 KiB. */
    private static final int DEPTH = 256;

    private static final int GAP = DEPTH * Tile.STRIP;

    private Gemm() {}

    /** Columns from to to of rows outRow... of out = weight times rows inRow to inRow + rows of in. */
    static void multiply(
            CpuActivations in,
            int inRow,
            int rows,
            CpuMatrix weight,
            int from,
            int to,
            CpuActivations out,
            int outRow,
            Tile tile,
            Buffers buffers) {
        int strips = Tile.strips(to - from);
        float[] panel = buffers.floats(Buffers.Use.PANEL, COLUMNS * DEPTH);
        float[] sums = buffers.floats(Buffers.Use.SUMS, rows * COLUMNS);
        Arrays.fill(sums, 0, rows * COLUMNS, 0);
        for (int k = 0; k < weight.columns(); k += DEPTH) {
            int depth = Math.min(DEPTH, weight.columns() - k);
            for (int strip = 0; strip < strips; strip++) {
                int row = from + strip * Tile.STRIP;
                weight.panel(row, Math.min(to, row + Tile.STRIP), k, depth, panel, strip * GAP, buffers.scratch);
            }
            tile.add(panel, 0, GAP, strips, in.data, in.at(inRow) + k, in.stride, rows, depth, sums, 0, COLUMNS);
        }
        for (int t = 0; t < rows; t++) {
            System.arraycopy(sums, t * COLUMNS, out.data, out.at(outRow + t) + from, to - from);
        }
    }
}

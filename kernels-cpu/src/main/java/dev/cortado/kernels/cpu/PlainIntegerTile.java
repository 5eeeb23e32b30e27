package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.InterleavedRows;

/** The integer tile as plain loops: runs before its vector form is compiled, and where there is no Vector API. */
final class PlainIntegerTile implements IntegerTile {
    /** Columns whose sums stay in registers, also in code of C1. */
    private static final int TOGETHER = 4;

    @Override
    public void add(
            IntegerPanel.Room panel,
            InterleavedRows x,
            int row,
            int rows,
            int run,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        for (int column = 0; column < COLUMNS; column += TOGETHER) {
            for (int i = 0; i < rows; i++) {
                few(panel, column, x, row + i, run, sums, sumsAt + i * sumsStride + column);
            }
        }
    }

    private static void few(
            IntegerPanel.Room panel, int column, InterleavedRows x, int row, int firstRun, float[] sums, int to) {
        int[] weights = panel.pairs;
        int[] pairs = x.pairs();
        int pairsOfRun = panel.run / 2;
        int p = column;
        int factor = column;
        int k = InterleavedRows.at(row, x.columns() / 2) + firstRun * pairsOfRun * InterleavedRows.ROWS;
        int scales = InterleavedRows.at(row, x.columns() / 32);
        int inputSums = InterleavedRows.at(row, x.columns() / panel.run) + firstRun * InterleavedRows.ROWS;
        for (int run = 0; run < panel.runs; run++, factor += COLUMNS, inputSums += InterleavedRows.ROWS) {
            int s0 = 0;
            int s1 = 0;
            int s2 = 0;
            int s3 = 0;
            for (int i = 0; i < pairsOfRun; i++, k += InterleavedRows.ROWS, p += COLUMNS) {
                int low = (short) pairs[k];
                int high = pairs[k] >> 16;
                s0 += (short) weights[p] * low + (weights[p] >> 16) * high;
                s1 += (short) weights[p + 1] * low + (weights[p + 1] >> 16) * high;
                s2 += (short) weights[p + 2] * low + (weights[p + 2] >> 16) * high;
                s3 += (short) weights[p + 3] * low + (weights[p + 3] >> 16) * high;
            }
            float scale = x.scales()[scales + (firstRun + run) * panel.run / 32 * InterleavedRows.ROWS];
            sums[to] = Math.fma((float) s0, panel.factors[factor] * scale, sums[to]);
            sums[to + 1] = Math.fma((float) s1, panel.factors[factor + 1] * scale, sums[to + 1]);
            sums[to + 2] = Math.fma((float) s2, panel.factors[factor + 2] * scale, sums[to + 2]);
            sums[to + 3] = Math.fma((float) s3, panel.factors[factor + 3] * scale, sums[to + 3]);
            if (panel.hasOffsets) {
                float inputSum = x.scaledSums(panel.run)[inputSums];
                sums[to] = Math.fma(panel.offsets[factor], inputSum, sums[to]);
                sums[to + 1] = Math.fma(panel.offsets[factor + 1], inputSum, sums[to + 1]);
                sums[to + 2] = Math.fma(panel.offsets[factor + 2], inputSum, sums[to + 2]);
                sums[to + 3] = Math.fma(panel.offsets[factor + 3], inputSum, sums[to + 3]);
            }
        }
    }
}

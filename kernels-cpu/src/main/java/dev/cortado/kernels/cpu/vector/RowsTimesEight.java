package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.LANES;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.FloatRow;
import dev.cortado.kernels.cpu.weights.RowsByEight;

/**
 * Rows of a floating-point type times eight inputs, as many rows at once as their sums stay in registers. The inputs lie
 * vector beside vector, so that one address serves all eight: with an address each there are more than registers.
 */
final class RowsTimesEight implements RowsByEight {
    private final TensorType type;
    private final Sums kernel;
    private final int rowsAtOnce;

    /** {@code kernel} makes the sums of {@code rowsAtOnce} rows, at most three. */
    RowsTimesEight(TensorType type, Sums kernel, int rowsAtOnce) {
        this.type = type;
        this.kernel = kernel;
        this.rowsAtOnce = rowsAtOnce;
    }

    /** The part that is written for each type. */
    @FunctionalInterface
    interface Sums {
        /**
         * {@code sums[(8 i + t) * LANES + lane]} = every LANES-th product of row i, at p, q or r, and input t.
         *
         * @param columns a multiple of LANES
         */
        void of(long p, long q, long r, int columns, long x, float[] sums);
    }

    @Override
    public void multiply(
            long weights,
            int rows,
            int columns,
            long x,
            int tokens,
            float[] y,
            int to,
            int yStride,
            float[] sums) {
        long rowBytes = type.bytes(columns);
        Cache.read(weights, rows * rowBytes, sums);
        int whole = columns & -LANES;
        for (int row = 0; row < rows; row += rowsAtOnce) {
            // a row that is missing is the last one, again and to the same bits
            int second = Math.min(row + 1, rows - 1);
            int third = Math.min(row + 2, rows - 1);
            kernel.of(
                    weights + row * rowBytes, weights + second * rowBytes, weights + third * rowBytes, whole, x, sums);
            for (int i = 0; i < rowsAtOnce; i++) {
                int at = 8 * LANES * i;
                int r = Math.min(row + i, rows - 1);
                LaneSum.ofEight(sums, at);
                for (int t = 0, result = to + r; t < tokens; t++, result += yStride) {
                    y[result] = FloatRow.addRest(
                            type, weights + r * rowBytes, whole, columns, x, t, LANES, sums[at + t]);
                }
            }
        }
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.LANES;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.FloatRow;
import dev.cortado.kernels.cpu.weights.RowsByFour;

/** Rows of a floating-point type times one input, four at once. */
final class FourRows implements RowsByFour {
    private final TensorType type;
    private final Sums kernel;

    FourRows(TensorType type, Sums kernel) {
        this.type = type;
        this.kernel = kernel;
    }

    /** The part that is written for each type. */
    @FunctionalInterface
    interface Sums {
        /**
         * {@code sums[i * LANES + lane]} = every LANES-th product of row i, at p, q, r or s, and the input.
         *
         * @param columns a multiple of LANES
         */
        void of(long p, long q, long r, long s, int columns, long x, float[] sums);
    }

    @Override
    public void multiply(long weights, int rows, int columns, long x, float[] y, int to, float[] sums) {
        long rowBytes = type.bytes(columns);
        int whole = columns & -LANES;
        int last = rows - 1;
        for (int row = 0; row < rows; row += 4) {
            // a row that is missing is the last one, again and to the same bits
            long p = weights + row * rowBytes;
            long q = weights + Math.min(row + 1, last) * rowBytes;
            long r = weights + Math.min(row + 2, last) * rowBytes;
            long s = weights + Math.min(row + 3, last) * rowBytes;
            kernel.of(p, q, r, s, whole, x, sums);
            for (int i = 0; i < 4; i++) {
                int at = Math.min(row + i, last);
                float sum = LaneSum.of(sums, i * LANES);
                y[to + at] = FloatRow.addRest(type, weights + at * rowBytes, whole, columns, x, sum);
            }
        }
    }
}

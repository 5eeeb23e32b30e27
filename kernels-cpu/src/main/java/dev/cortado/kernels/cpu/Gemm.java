package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.CpuMatrix;
import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.Inputs;
import dev.cortado.kernels.cpu.weights.ProductByEight;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Many rows times a group of output columns: the weights are unpacked once into a panel, which is then multiplied with
 * all rows. Weights of few bits stay integers and meet the rows rounded to 8 bits, others become floats and meet them as
 * they are.
 */
final class Gemm {
    /** Output columns of a call, at most. */
    private static final int COLUMNS = 4 * Tile.STRIP;

    /** Weights of a row in a panel; a multiple of every block size. A panel of floats takes 64 KiB, one of integers 16. */
    private static final int DEPTH = IntegerPanel.DEPTH;

    private static final int GAP = DEPTH * Tile.STRIP;

    private Gemm() {}

    /** Output columns that fill the panels of a call. */
    static int columnsOfPart(CpuMatrix weight) {
        return weight.integers() ? IntegerTile.COLUMNS : COLUMNS;
    }

    /** Columns from to to of rows outRow... of out = bias + weight times rows inRow to inRow + rows of in. */
    static void multiply(
            CpuActivations in,
            int inRow,
            int rows,
            CpuMatrix weight,
            int from,
            int to,
            float @Nullable [] bias,
            CpuActivations out,
            int outRow,
            FloatKernels kernels,
            Buffers buffers) {
        int columns = to - from;
        int strips = Tile.strips(columns);
        float[] panel = buffers.floats(Buffers.Use.PANEL, COLUMNS * DEPTH);
        // A strip that is not whole would add its zeros to its neighbour's columns, which another thread may be writing.
        boolean inPlace = columns % Tile.STRIP == 0;
        float[] sums = inPlace ? out.data : buffers.floats(Buffers.Use.SUMS, rows * COLUMNS);
        int at = inPlace ? out.at(outRow) + from : 0;
        int stride = inPlace ? out.stride : COLUMNS;
        begin(sums, at, stride, rows, bias, from, columns);
        for (int k = 0; k < weight.columns(); k += DEPTH) {
            int depth = Math.min(DEPTH, weight.columns() - k);
            for (int strip = 0; strip < strips; strip++) {
                int row = from + strip * Tile.STRIP;
                weight.panel(row, Math.min(to, row + Tile.STRIP), k, depth, panel, strip * GAP, buffers.scratch);
            }
            kernels.tile()
                    .add(panel, 0, GAP, strips, in.data, in.at(inRow) + k, in.stride, rows, depth, sums, at, stride);
        }
        if (!inPlace) {
            moveTo(out, outRow, rows, from, columns, sums, stride);
        }
    }

    /** As the other, with rows {@code inRow} to {@code inRow + rows} of inputs in the form that the integer tile reads. */
    static void multiply(
            Inputs in,
            int inRow,
            int rows,
            CpuMatrix weight,
            int from,
            int to,
            float @Nullable [] bias,
            CpuActivations out,
            int outRow,
            FloatKernels kernels,
            Buffers buffers) {
        int columns = to - from;
        boolean inPlace = columns == IntegerTile.COLUMNS;
        IntegerPanel.Room panel = buffers.integerPanel();
        float[] sums = inPlace ? out.data : buffers.floats(Buffers.Use.SUMS, rows * COLUMNS);
        int at = inPlace ? out.at(outRow) + from : 0;
        int stride = inPlace ? out.stride : COLUMNS;
        begin(sums, at, stride, rows, bias, from, columns);
        for (int k = 0; k < weight.columns(); k += DEPTH) {
            int depth = Math.min(DEPTH, weight.columns() - k);
            weight.integerPanel(from, to, k, depth, panel, buffers.scratch);
            kernels.integerTile().add(panel, in.many(), inRow, rows, k / panel.run, sums, at, stride);
        }
        if (!inPlace) {
            moveTo(out, outRow, rows, from, columns, sums, stride);
        }
    }

    /** As the first, with up to eight rows side by side and no panel; columns in any number. */
    static void multiply(
            ProductByEight eight,
            Inputs in,
            CpuMatrix weight,
            int from,
            int to,
            float @Nullable [] bias,
            CpuActivations out,
            int outRow,
            Buffers buffers) {
        int columns = to - from;
        boolean inPlace = columns % Tile.STRIP == 0;
        int stride = inPlace ? out.stride : Tile.strips(columns) * Tile.STRIP;
        float[] sums = inPlace ? out.data : buffers.floats(Buffers.Use.SUMS, in.tokens() * stride);
        int at = inPlace ? out.at(outRow) + from : 0;
        begin(sums, at, stride, in.tokens(), bias, from, columns);
        weight.addEight(eight, in, from, to, sums, at, stride, buffers.scratch);
        if (!inPlace) {
            moveTo(out, outRow, in.tokens(), from, columns, sums, stride);
        }
    }

    /** Sums begin with the bias, or with 0. */
    private static void begin(
            float[] sums, int at, int stride, int rows, float @Nullable [] bias, int from, int columns) {
        for (int t = 0; t < rows; t++) {
            if (bias == null) {
                Arrays.fill(sums, at + t * stride, at + t * stride + columns, 0);
            } else {
                System.arraycopy(bias, from, sums, at + t * stride, columns);
            }
        }
    }

    private static void moveTo(
            CpuActivations out, int outRow, int rows, int from, int columns, float[] sums, int stride) {
        for (int t = 0; t < rows; t++) {
            System.arraycopy(sums, t * stride, out.data, out.at(outRow + t) + from, columns);
        }
    }
}

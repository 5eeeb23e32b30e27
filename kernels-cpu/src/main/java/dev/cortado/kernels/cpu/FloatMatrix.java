package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.quantization.Dequantizer;

/** A weight matrix of any type, dequantised as it is used. */
final class FloatMatrix implements Matrix {
    private final Tensor tensor;
    private final int rows;
    private final int columns;
    private final Dequantizer dequantizer;

    FloatMatrix(Tensor tensor) {
        this.tensor = tensor;
        rows = Math.toIntExact(tensor.rows());
        columns = tensor.columns();
        dequantizer = Dequantizer.of(tensor.type());
    }

    static FloatMatrix of(Matrix matrix) {
        if (!(matrix instanceof FloatMatrix own)) {
            throw new IllegalArgumentException(
                    "matrix %s belongs to another backend: %s".formatted(matrix.name(), matrix.getClass()));
        }
        return own;
    }

    @Override
    public String name() {
        return tensor.name();
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** Weights from to from + count of a row; both multiples of the block size. */
    void row(int row, int from, int count, float[] out, int at) {
        long offset = tensor.type().bytes((long) row * columns + from);
        dequantizer.dequantize(tensor.data(), offset, out, at, count);
    }

    /** Rows row to row + 15 of columns from to from + depth as [column][row]; rows beyond the last are 0. */
    void strip(int row, int from, int depth, float[] panel, int at, Buffers buffers) {
        int present = Math.min(Tile.STRIP, rows - row);
        float[] lines = buffers.floats(Buffers.Use.ROWS, Tile.STRIP * depth);
        for (int r = 0; r < present; r++) {
            row(row + r, from, depth, lines, r * depth);
        }
        for (int r = 0; r < Tile.STRIP; r++) {
            for (int k = 0, to = at + r; k < depth; k++, to += Tile.STRIP) {
                panel[to] = r < present ? lines[r * depth + k] : 0;
            }
        }
    }
}

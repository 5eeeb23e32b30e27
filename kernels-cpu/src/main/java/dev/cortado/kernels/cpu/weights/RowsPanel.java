package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.TensorType;
import java.util.Arrays;

/** A kernel: rows of floating-point weights, as the file has them, side by side as floats for the tile of prefill. */
@FunctionalInterface
public interface RowsPanel {
    /**
     * {@code panel[at + k * ROWS + r]} = weight k of row r, for k below {@code depth} and r below {@code rows}; for r
     * from {@code rows} below {@link Panel#ROWS} it is 0.
     *
     * @param weights address of the first row's first weight
     * @param stride bytes from one row to the next
     */
    void fill(long weights, long stride, int rows, int depth, float[] panel, int at, Scratch scratch);

    /** The same in plain loops, from weight {@code from} on. */
    static void plain(
            TensorType type, long weights, long stride, int rows, int from, int depth, float[] panel, int at) {
        if (rows < Panel.ROWS) {
            Arrays.fill(panel, at + from * Panel.ROWS, at + depth * Panel.ROWS, 0);
        }
        for (int r = 0; r < rows; r++) {
            long row = weights + r * stride;
            for (int k = from, to = at + from * Panel.ROWS + r; k < depth; k++, to += Panel.ROWS) {
                panel[to] = FloatRow.weight(type, row, k);
            }
        }
    }
}

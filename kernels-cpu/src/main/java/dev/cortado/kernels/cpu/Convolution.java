package dev.cortado.kernels.cpu;

import org.jspecify.annotations.Nullable;

/** Causal depthwise convolution over time. */
final class Convolution {
    private Convolution() {}

    /**
     * Convolves {@code rows} rows from {@code row} on; the {@code width - 1} rows before them stand in state[stateAt...], oldest
     * first, and are replaced by the last ones.
     */
    static void apply(
            CpuActivations x,
            float[] weight,
            float @Nullable [] bias,
            int width,
            CpuActivations out,
            int row,
            int rows,
            float[] state,
            int stateAt) {
        int columns = x.columns();
        int before = width - 1;
        for (int t = 0; t < rows; t++) {
            int to = out.at(row + t);
            for (int c = 0; c < columns; c++) {
                float sum = bias == null ? 0 : bias[c];
                for (int i = 0; i < width; i++) {
                    int source = t - before + i;
                    float value = source < 0
                            ? state[stateAt + (source + before) * columns + c]
                            : x.data[x.at(row + source) + c];
                    sum = Math.fma(weight[c * width + i], value, sum);
                }
                out.data[to + c] = sum;
            }
        }
        for (int i = 0; i < before; i++) {
            int source = rows - before + i;
            if (source < 0) {
                System.arraycopy(state, stateAt + (i + rows) * columns, state, stateAt + i * columns, columns);
            } else {
                System.arraycopy(x.data, x.at(row + source), state, stateAt + i * columns, columns);
            }
        }
    }
}

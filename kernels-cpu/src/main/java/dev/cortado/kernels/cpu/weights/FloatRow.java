package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;

import dev.cortado.gguf.TensorType;
import java.util.Arrays;

/** Rows of F32, F16 and BF16 in plain loops: one weight, a stretch of a row, and the scalar {@link RowProduct}. */
final class FloatRow implements RowProduct {
    private final TensorType type;
    private final int lanes;
    private final int inputs;

    /** @param inputs that are multiplied at once */
    FloatRow(TensorType type, int lanes, int inputs) {
        this.type = type;
        this.lanes = lanes;
        this.inputs = inputs;
    }

    static float weight(TensorType type, long row, int k) {
        return switch (type) {
            case F32 -> getFloat(row + 4L * k);
            case F16 -> getHalf(row + 2L * k);
            case BF16 -> Float.intBitsToFloat(getShort(row + 2L * k) << 16);
            default -> throw new IllegalArgumentException(type + " is no floating-point type");
        };
    }

    @Override
    public void multiply(
            long weights,
            int columns,
            long x,
            long xStride,
            float[] y,
            int to,
            int yStride,
            float[] sums) {
        for (int t = 0; t < inputs; t++) {
            y[to + t * yStride] = multiply(weights, columns, x + t * xStride, sums);
        }
    }

    private float multiply(long weights, int columns, long x, float[] sums) {
        int step = 4 * lanes;
        int whole = columns / step * step;
        Arrays.fill(sums, 0, step, 0);
        for (int k = 0; k < whole; k += step) {
            for (int i = 0; i < step; i++) {
                sums[i] = Math.fma(weight(type, weights, k + i), getFloat(x + 4L * (k + i)), sums[i]);
            }
        }
        for (int i = 0; i < lanes; i++) {
            sums[i] = (sums[i] + sums[lanes + i]) + (sums[2 * lanes + i] + sums[3 * lanes + i]);
        }
        float sum = halve(sums, lanes);
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(weight(type, weights, k), getFloat(x + 4L * k), sum);
        }
        return sum;
    }

    /**
     * The sum of the first {@code count} floats (a power of two): the upper half is added to the lower until one is
     * left.
     */
    static float halve(float[] sums, int count) {
        for (int half = count / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[i] += sums[half + i];
            }
        }
        return sums[0];
    }
}

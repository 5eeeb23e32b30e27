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

    FloatRow(TensorType type, int lanes) {
        this.type = type;
        this.lanes = lanes;
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
    public float multiply(long weights, int columns, float[] x, int at, float[] sums) {
        int step = 4 * lanes;
        int whole = columns / step * step;
        Arrays.fill(sums, 0, step, 0);
        for (int k = 0; k < whole; k += step) {
            for (int i = 0; i < step; i++) {
                sums[i] = Math.fma(weight(type, weights, k + i), x[at + k + i], sums[i]);
            }
        }
        for (int i = 0; i < lanes; i++) {
            sums[i] = (sums[i] + sums[lanes + i]) + (sums[2 * lanes + i] + sums[3 * lanes + i]);
        }
        float sum = halve(sums, lanes);
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(weight(type, weights, k), x[at + k], sum);
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

package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.memory.AllMemory;
import java.util.Arrays;

/** Rows of F32, F16 and BF16 in plain loops: one weight, and the products with one input and with eight. */
public final class FloatRow {
    private final TensorType type;
    private final int lanes;

    FloatRow(TensorType type, int lanes) {
        this.type = type;
        this.lanes = lanes;
    }

    /** Weight k of a row of {@code type} at an address. */
    public static float weight(TensorType type, long row, int k) {
        return switch (type) {
            case F32 -> getFloat(row + 4L * k);
            case F16 -> getHalf(row + 2L * k);
            case BF16 -> Float.intBitsToFloat(getShort(row + 2L * k) << 16);
            default -> throw new IllegalArgumentException(type + " is no floating-point type");
        };
    }

    /** A {@link RowProduct}. */
    void one(long weights, int columns, long x, float[] y, int to, float[] sums) {
        int whole = columns / (4 * lanes) * 4 * lanes;
        add(weights, whole, x, sums, 4 * lanes);
        for (int i = 0; i < lanes; i++) {
            sums[i] = (sums[i] + sums[lanes + i]) + (sums[2 * lanes + i] + sums[3 * lanes + i]);
        }
        y[to] = addRest(type, weights, whole, columns, x, halve(sums, lanes));
    }

    /** A {@link RowsByFour}. */
    void four(long weights, int rows, int columns, long x, float[] y, int to, float[] sums) {
        int whole = columns / lanes * lanes;
        for (int r = 0; r < rows; r++) {
            long row = weights + type.bytes((long) r * columns);
            add(row, whole, x, sums, lanes);
            y[to + r] = addRest(type, row, whole, columns, x, halve(sums, lanes));
        }
    }

    /** A {@link RowsByEight}. */
    void eight(
            long weights,
            int rows,
            int columns,
            long x,
            int tokens,
            float[] y,
            int to,
            int yStride,
            float[] sums) {
        int whole = columns / lanes * lanes;
        for (int r = 0; r < rows; r++) {
            long row = weights + type.bytes((long) r * columns);
            for (int t = 0; t < tokens; t++) {
                Arrays.fill(sums, 0, lanes, 0);
                for (int k = 0; k < whole; k++) {
                    int lane = k & lanes - 1;
                    sums[lane] = Math.fma(weight(type, row, k), input(x, k, t, lanes), sums[lane]);
                }
                y[to + r + t * yStride] = addRest(type, row, whole, columns, x, t, lanes, halve(sums, lanes));
            }
        }
    }

    /** The last step of a {@link RowsByEight}: the sum and the products of elements {@code from...} of input t. */
    public static float addRest(
            TensorType type, long row, int from, int columns, long x, int t, int lanes, float sum) {
        float all = sum;
        for (int k = from; k < columns; k++) {
            all = Math.fma(weight(type, row, k), input(x, k, t, lanes), all);
        }
        return all;
    }

    private static float input(long x, int k, int t, int lanes) {
        return getFloat(x + 4L * RowsByEight.place(k, t, lanes));
    }

    /** Sets sum i to the products of weights i, i + step, i + 2 step and so on. */
    private void add(long weights, int count, long x, float[] sums, int step) {
        Arrays.fill(sums, 0, step, 0);
        for (int k = 0; k < count; k += step) {
            for (int i = 0; i < step; i++) {
                sums[i] = Math.fma(beforeScaling(type, weights, k + i), getFloat(x + 4L * (k + i)), sums[i]);
            }
        }
    }

    /** The last step of a {@link RowProduct} and a {@link RowsByFour}: the sum and the products of elements {@code from...}. */
    public static float addRest(TensorType type, long row, int from, int columns, long x, float sum) {
        float all = sum;
        for (int k = from; k < columns; k++) {
            all = Math.fma(beforeScaling(type, row, k), getFloat(x + 4L * k), all);
        }
        return all;
    }

    /** Weight k as these two count it. */
    private static float beforeScaling(TensorType type, long row, int k) {
        return type == TensorType.F16 ? AllMemory.getHalfUnscaled(row + 2L * k) : weight(type, row, k);
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

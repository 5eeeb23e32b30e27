package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;

/** F32 rows; see {@link dev.cortado.kernels.cpu.weights.RowProduct}. */
final class F32RowProduct {
    private F32RowProduct() {}

    static float multiply(long weights, int columns, float[] x, int at, float[] sums) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int whole = columns & -(4 * LANES);
        long w = weights;
        for (int k = 0; k < whole; k += 4 * LANES, w += 16 * LANES) {
            a = FloatVector.fromMemorySegment(F, SEGMENT, w, LITTLE_ENDIAN).fma(FloatVector.fromArray(F, x, at + k), a);
            b = FloatVector.fromMemorySegment(F, SEGMENT, w + 4 * LANES, LITTLE_ENDIAN)
                    .fma(FloatVector.fromArray(F, x, at + k + LANES), b);
            c = FloatVector.fromMemorySegment(F, SEGMENT, w + 8 * LANES, LITTLE_ENDIAN)
                    .fma(FloatVector.fromArray(F, x, at + k + 2 * LANES), c);
            d = FloatVector.fromMemorySegment(F, SEGMENT, w + 12 * LANES, LITTLE_ENDIAN)
                    .fma(FloatVector.fromArray(F, x, at + k + 3 * LANES), d);
        }
        a.add(b).add(c.add(d)).intoArray(sums, 0);
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[i] += sums[half + i];
            }
        }
        float sum = sums[0];
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(getFloat(weights + 4L * k), x[at + k], sum);
        }
        return sum;
    }
}

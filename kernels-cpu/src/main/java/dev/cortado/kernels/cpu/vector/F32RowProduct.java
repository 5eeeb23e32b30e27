package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.vector.LaneSum.BY_1;
import static dev.cortado.kernels.cpu.vector.LaneSum.EIGHTH;
import static dev.cortado.kernels.cpu.vector.LaneSum.EIGHTHS;
import static dev.cortado.kernels.cpu.vector.LaneSum.HALF;
import static dev.cortado.kernels.cpu.vector.LaneSum.HALVES;
import static dev.cortado.kernels.cpu.vector.LaneSum.QUARTER;
import static dev.cortado.kernels.cpu.vector.LaneSum.QUARTERS;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;

/** F32 rows. */
final class F32RowProduct {
    private F32RowProduct() {}

    /** See {@link dev.cortado.kernels.cpu.weights.RowProduct}. */
    static void one(
            long weights,
            int columns,
            long x,
            float[] y,
            int to,
            float[] sums) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int whole = columns & -(4 * LANES);
        long w = weights;
        for (int k = 0; k < whole; k += 4 * LANES, w += 16 * LANES) {
            a = FloatVector.fromMemorySegment(F, SEGMENT, w, LITTLE_ENDIAN)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN), a);
            b = FloatVector.fromMemorySegment(F, SEGMENT, w + 4 * LANES, LITTLE_ENDIAN)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 4 * LANES, LITTLE_ENDIAN), b);
            c = FloatVector.fromMemorySegment(F, SEGMENT, w + 8 * LANES, LITTLE_ENDIAN)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 8 * LANES, LITTLE_ENDIAN), c);
            d = FloatVector.fromMemorySegment(F, SEGMENT, w + 12 * LANES, LITTLE_ENDIAN)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 12 * LANES, LITTLE_ENDIAN), d);
        }
        a.add(b).add(c.add(d)).intoArray(sums, 0);
        float sum = LaneSum.of(sums, 0);
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(getFloat(weights + 4L * k), getFloat(x + 4L * k), sum);
        }
        y[to] = sum;
    }

    /** See {@link dev.cortado.kernels.cpu.weights.RowsByFour}: two rows at once, which share the loads of the inputs. */
    static void four(
            long weights,
            int rows,
            int columns,
            long x,
            long xStride,
            float[] y,
            int to,
            int yStride,
            float[] sums) {
        long x1 = x + xStride;
        long x2 = x1 + xStride;
        long x3 = x2 + xStride;
        int whole = columns & -LANES;
        for (int r = 0; r < rows; r += 2) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector a1 = FloatVector.zero(F);
            FloatVector a2 = FloatVector.zero(F);
            FloatVector a3 = FloatVector.zero(F);
            FloatVector b0 = FloatVector.zero(F);
            FloatVector b1 = FloatVector.zero(F);
            FloatVector b2 = FloatVector.zero(F);
            FloatVector b3 = FloatVector.zero(F);
            int next = r + 1 < rows ? 1 : 0; // a last row without a neighbour is its own
            long p = weights + 4L * r * columns;
            long q = p + 4L * next * columns;
            for (int k = 0; k < whole; k += LANES) {
                FloatVector v = FloatVector.fromMemorySegment(F, SEGMENT, p + 4L * k, LITTLE_ENDIAN);
                FloatVector w = FloatVector.fromMemorySegment(F, SEGMENT, q + 4L * k, LITTLE_ENDIAN);
                FloatVector t = FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN);
                a0 = v.fma(t, a0);
                b0 = w.fma(t, b0);
                t = FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k, LITTLE_ENDIAN);
                a1 = v.fma(t, a1);
                b1 = w.fma(t, b1);
                t = FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k, LITTLE_ENDIAN);
                a2 = v.fma(t, a2);
                b2 = w.fma(t, b2);
                t = FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k, LITTLE_ENDIAN);
                a3 = v.fma(t, a3);
                b3 = w.fma(t, b3);
            }
            a0 = a0.blend(b0, HALF).add(b0.blend(a0, HALF).rearrange(HALVES));
            a1 = a1.blend(b1, HALF).add(b1.blend(a1, HALF).rearrange(HALVES));
            a2 = a2.blend(b2, HALF).add(b2.blend(a2, HALF).rearrange(HALVES));
            a3 = a3.blend(b3, HALF).add(b3.blend(a3, HALF).rearrange(HALVES));
            a0 = a0.blend(a2, QUARTER).add(a2.blend(a0, QUARTER).rearrange(QUARTERS));
            a1 = a1.blend(a3, QUARTER).add(a3.blend(a1, QUARTER).rearrange(QUARTERS));
            if (LANES > 4) {
                a0 = a0.blend(a1, EIGHTH).add(a1.blend(a0, EIGHTH).rearrange(EIGHTHS));
            } else {
                a1.intoArray(sums, LANES);
            }
            if (LANES > 8) {
                a0 = a0.add(a0.rearrange(BY_1));
            }
            a0.intoArray(sums, 0);
            for (int t = 0; t < 4; t++) {
                int sum = LaneSum.placeOfFour(t);
                float first = sums[sum];
                float second = sums[sum + LANES / 2];
                for (int k = whole; k < columns; k++) {
                    float input = getFloat(x + t * xStride + 4L * k);
                    first = Math.fma(getFloat(p + 4L * k), input, first);
                    second = Math.fma(getFloat(q + 4L * k), input, second);
                }
                y[to + r + t * yStride] = first;
                y[to + r + next + t * yStride] = second;
            }
        }
    }
}

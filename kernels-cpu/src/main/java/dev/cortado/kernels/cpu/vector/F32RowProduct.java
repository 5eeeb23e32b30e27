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

    /** One input. */
    static void one(
            long weights,
            int columns,
            long x,
            long xStride,
            float[] y,
            int to,
            int yStride,
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

    /** Four inputs. */
    static void four(
            long weights,
            int columns,
            long x,
            long xStride,
            float[] y,
            int to,
            int yStride,
            float[] sums) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector c0 = FloatVector.zero(F);
        FloatVector d0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector b1 = FloatVector.zero(F);
        FloatVector c1 = FloatVector.zero(F);
        FloatVector d1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector b2 = FloatVector.zero(F);
        FloatVector c2 = FloatVector.zero(F);
        FloatVector d2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector b3 = FloatVector.zero(F);
        FloatVector c3 = FloatVector.zero(F);
        FloatVector d3 = FloatVector.zero(F);
        long x1 = x + xStride;
        long x2 = x1 + xStride;
        long x3 = x2 + xStride;
        int whole = columns & -(4 * LANES);
        long p = weights;
        for (int k = 0; k < whole; k += 4 * LANES, p += 16 * LANES) {
            FloatVector w;
            w = FloatVector.fromMemorySegment(F, SEGMENT, p, LITTLE_ENDIAN);
            a0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN), a0);
            a1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k, LITTLE_ENDIAN), a1);
            a2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k, LITTLE_ENDIAN), a2);
            a3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k, LITTLE_ENDIAN), a3);
            w = FloatVector.fromMemorySegment(F, SEGMENT, p + 4 * LANES, LITTLE_ENDIAN);
            b0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 4 * LANES, LITTLE_ENDIAN), b0);
            b1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k + 4 * LANES, LITTLE_ENDIAN), b1);
            b2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k + 4 * LANES, LITTLE_ENDIAN), b2);
            b3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k + 4 * LANES, LITTLE_ENDIAN), b3);
            w = FloatVector.fromMemorySegment(F, SEGMENT, p + 8 * LANES, LITTLE_ENDIAN);
            c0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 8 * LANES, LITTLE_ENDIAN), c0);
            c1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k + 8 * LANES, LITTLE_ENDIAN), c1);
            c2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k + 8 * LANES, LITTLE_ENDIAN), c2);
            c3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k + 8 * LANES, LITTLE_ENDIAN), c3);
            w = FloatVector.fromMemorySegment(F, SEGMENT, p + 12 * LANES, LITTLE_ENDIAN);
            d0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 12 * LANES, LITTLE_ENDIAN), d0);
            d1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k + 12 * LANES, LITTLE_ENDIAN), d1);
            d2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k + 12 * LANES, LITTLE_ENDIAN), d2);
            d3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k + 12 * LANES, LITTLE_ENDIAN), d3);
        }
        a0.add(b0).add(c0.add(d0)).intoArray(sums, 0);
        a1.add(b1).add(c1.add(d1)).intoArray(sums, LANES);
        a2.add(b2).add(c2.add(d2)).intoArray(sums, 2 * LANES);
        a3.add(b3).add(c3.add(d3)).intoArray(sums, 3 * LANES);
        for (int t = 0; t < 4; t++) {
            float sum = LaneSum.of(sums, t * LANES);
            for (int k = whole; k < columns; k++) {
                sum = Math.fma(getFloat(weights + 4L * k), getFloat(x + t * xStride + 4L * k), sum);
            }
            y[to + t * yStride] = sum;
        }
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * F16 rows: a half becomes a float by moving its bits and scaling by 2^112; see {@link
 * dev.cortado.kernels.cpu.weights.RowProduct}.
 */
final class F16RowProduct {
    private F16RowProduct() {}

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
        for (int k = 0; k < whole; k += 4 * LANES, w += 8 * LANES) {
            a = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN), a);
            b = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 2 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 4 * LANES, LITTLE_ENDIAN), b);
            c = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 4 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 8 * LANES, LITTLE_ENDIAN), c);
            d = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 6 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 12 * LANES, LITTLE_ENDIAN), d);
        }
        a.add(b).add(c.add(d)).intoArray(sums, 0);
        float sum = LaneSum.of(sums, 0);
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(getHalf(weights + 2L * k), getFloat(x + 4L * k), sum);
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
        for (int k = 0; k < whole; k += 4 * LANES, p += 8 * LANES) {
            FloatVector w;
            w = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            a0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN), a0);
            a1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k, LITTLE_ENDIAN), a1);
            a2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k, LITTLE_ENDIAN), a2);
            a3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k, LITTLE_ENDIAN), a3);
            w = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            b0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 4 * LANES, LITTLE_ENDIAN), b0);
            b1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k + 4 * LANES, LITTLE_ENDIAN), b1);
            b2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k + 4 * LANES, LITTLE_ENDIAN), b2);
            b3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k + 4 * LANES, LITTLE_ENDIAN), b3);
            w = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 4 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            c0 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 8 * LANES, LITTLE_ENDIAN), c0);
            c1 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x1 + 4L * k + 8 * LANES, LITTLE_ENDIAN), c1);
            c2 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x2 + 4L * k + 8 * LANES, LITTLE_ENDIAN), c2);
            c3 = w.fma(FloatVector.fromMemorySegment(F, SEGMENT, x3 + 4L * k + 8 * LANES, LITTLE_ENDIAN), c3);
            w = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 6 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
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
                sum = Math.fma(getHalf(weights + 2L * k), getFloat(x + t * xStride + 4L * k), sum);
            }
            y[to + t * yStride] = sum;
        }
    }
}

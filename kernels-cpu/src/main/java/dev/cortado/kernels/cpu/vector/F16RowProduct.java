package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalfUnscaled;
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
 * F16 rows: a half becomes a float by moving its bits and scaling by 2^112. With one input it is not scaled, because the
 * input is: the CPU reads the further ahead the fewer operations wait for weights.
 */
final class F16RowProduct {
    private F16RowProduct() {}

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
        for (int k = 0; k < whole; k += 4 * LANES, w += 8 * LANES) {
            a = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN), a);
            b = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 2 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 4 * LANES, LITTLE_ENDIAN), b);
            c = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 4 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 8 * LANES, LITTLE_ENDIAN), c);
            d = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 6 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k + 12 * LANES, LITTLE_ENDIAN), d);
        }
        a.add(b).add(c.add(d)).intoArray(sums, 0);
        float sum = LaneSum.of(sums, 0);
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(getHalfUnscaled(weights + 2L * k), getFloat(x + 4L * k), sum);
        }
        y[to] = sum;
    }

    /** See {@link FourRows.Sums}. */
    static void four(long p, long q, long r, long s, int columns, long x, float[] sums) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        for (int k = 0; k < columns; k += LANES) {
            FloatVector t = FloatVector.fromMemorySegment(F, SEGMENT, x + 4L * k, LITTLE_ENDIAN);
            a = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(t, a);
            b = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, q + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(t, b);
            c = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, r + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(t, c);
            d = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, s + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .fma(t, d);
        }
        a.intoArray(sums, 0);
        b.intoArray(sums, LANES);
        c.intoArray(sums, 2 * LANES);
        d.intoArray(sums, 3 * LANES);
    }

    /** See {@link RowsTimesEight.Sums}: three rows, whose 24 sums need more than 16 registers. */
    static void threeByEight(long p, long q, long r, int columns, long x, float[] sums) {
        long z = x;
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector a4 = FloatVector.zero(F);
        FloatVector a5 = FloatVector.zero(F);
        FloatVector a6 = FloatVector.zero(F);
        FloatVector a7 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector b1 = FloatVector.zero(F);
        FloatVector b2 = FloatVector.zero(F);
        FloatVector b3 = FloatVector.zero(F);
        FloatVector b4 = FloatVector.zero(F);
        FloatVector b5 = FloatVector.zero(F);
        FloatVector b6 = FloatVector.zero(F);
        FloatVector b7 = FloatVector.zero(F);
        FloatVector c0 = FloatVector.zero(F);
        FloatVector c1 = FloatVector.zero(F);
        FloatVector c2 = FloatVector.zero(F);
        FloatVector c3 = FloatVector.zero(F);
        FloatVector c4 = FloatVector.zero(F);
        FloatVector c5 = FloatVector.zero(F);
        FloatVector c6 = FloatVector.zero(F);
        FloatVector c7 = FloatVector.zero(F);
        for (int k = 0; k < columns; k += LANES, z += 32 * LANES) {
            FloatVector u = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, q + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector w = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, r + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector t = FloatVector.fromMemorySegment(F, SEGMENT, z, LITTLE_ENDIAN);
            a0 = u.fma(t, a0);
            b0 = v.fma(t, b0);
            c0 = w.fma(t, c0);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 4 * LANES, LITTLE_ENDIAN);
            a1 = u.fma(t, a1);
            b1 = v.fma(t, b1);
            c1 = w.fma(t, c1);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 8 * LANES, LITTLE_ENDIAN);
            a2 = u.fma(t, a2);
            b2 = v.fma(t, b2);
            c2 = w.fma(t, c2);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 12 * LANES, LITTLE_ENDIAN);
            a3 = u.fma(t, a3);
            b3 = v.fma(t, b3);
            c3 = w.fma(t, c3);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 16 * LANES, LITTLE_ENDIAN);
            a4 = u.fma(t, a4);
            b4 = v.fma(t, b4);
            c4 = w.fma(t, c4);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 20 * LANES, LITTLE_ENDIAN);
            a5 = u.fma(t, a5);
            b5 = v.fma(t, b5);
            c5 = w.fma(t, c5);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 24 * LANES, LITTLE_ENDIAN);
            a6 = u.fma(t, a6);
            b6 = v.fma(t, b6);
            c6 = w.fma(t, c6);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 28 * LANES, LITTLE_ENDIAN);
            a7 = u.fma(t, a7);
            b7 = v.fma(t, b7);
            c7 = w.fma(t, c7);
        }
        a0.intoArray(sums, 0);
        a1.intoArray(sums, LANES);
        a2.intoArray(sums, 2 * LANES);
        a3.intoArray(sums, 3 * LANES);
        a4.intoArray(sums, 4 * LANES);
        a5.intoArray(sums, 5 * LANES);
        a6.intoArray(sums, 6 * LANES);
        a7.intoArray(sums, 7 * LANES);
        b0.intoArray(sums, 8 * LANES);
        b1.intoArray(sums, 9 * LANES);
        b2.intoArray(sums, 10 * LANES);
        b3.intoArray(sums, 11 * LANES);
        b4.intoArray(sums, 12 * LANES);
        b5.intoArray(sums, 13 * LANES);
        b6.intoArray(sums, 14 * LANES);
        b7.intoArray(sums, 15 * LANES);
        c0.intoArray(sums, 16 * LANES);
        c1.intoArray(sums, 17 * LANES);
        c2.intoArray(sums, 18 * LANES);
        c3.intoArray(sums, 19 * LANES);
        c4.intoArray(sums, 20 * LANES);
        c5.intoArray(sums, 21 * LANES);
        c6.intoArray(sums, 22 * LANES);
        c7.intoArray(sums, 23 * LANES);
    }

    /** See {@link RowsTimesEight.Sums}: one row. */
    static void oneByEight(long p, long q, long r, int columns, long x, float[] sums) {
        long z = x;
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector a4 = FloatVector.zero(F);
        FloatVector a5 = FloatVector.zero(F);
        FloatVector a6 = FloatVector.zero(F);
        FloatVector a7 = FloatVector.zero(F);
        for (int k = 0; k < columns; k += LANES, z += 32 * LANES) {
            FloatVector u = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2L * k, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector t = FloatVector.fromMemorySegment(F, SEGMENT, z, LITTLE_ENDIAN);
            a0 = u.fma(t, a0);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 4 * LANES, LITTLE_ENDIAN);
            a1 = u.fma(t, a1);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 8 * LANES, LITTLE_ENDIAN);
            a2 = u.fma(t, a2);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 12 * LANES, LITTLE_ENDIAN);
            a3 = u.fma(t, a3);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 16 * LANES, LITTLE_ENDIAN);
            a4 = u.fma(t, a4);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 20 * LANES, LITTLE_ENDIAN);
            a5 = u.fma(t, a5);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 24 * LANES, LITTLE_ENDIAN);
            a6 = u.fma(t, a6);
            t = FloatVector.fromMemorySegment(F, SEGMENT, z + 28 * LANES, LITTLE_ENDIAN);
            a7 = u.fma(t, a7);
        }
        a0.intoArray(sums, 0);
        a1.intoArray(sums, LANES);
        a2.intoArray(sums, 2 * LANES);
        a3.intoArray(sums, 3 * LANES);
        a4.intoArray(sums, 4 * LANES);
        a5.intoArray(sums, 5 * LANES);
        a6.intoArray(sums, 6 * LANES);
        a7.intoArray(sums, 7 * LANES);
    }
}

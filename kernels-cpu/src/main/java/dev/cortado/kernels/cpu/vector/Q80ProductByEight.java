package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products of Q8_0 with eight inputs: each weight becomes a float in a register, as it would in a panel, and meets all
 * inputs there. A panel of 8-bit weights takes longer to fill than to be multiplied with eight rows, and two products of
 * 8 bits fill 16, so integers would gain nothing.
 *
 * @see dev.cortado.kernels.cpu.weights.ProductByEight
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Q80ProductByEight {
    private Q80ProductByEight() {}

    /** Two groups at a time, which share the broadcasts of the inputs; their 16 sums need more than 16 registers. */
    static void twoGroups(
            long weights, int groups, int blocks, float[] x, int from, int tokens, float[] y, int at, int stride) {
        int y1 = tokens > 1 ? stride : 0;
        int y2 = tokens > 2 ? y1 + stride : y1;
        int y3 = tokens > 3 ? y2 + stride : y2;
        int y4 = tokens > 4 ? y3 + stride : y3;
        int y5 = tokens > 5 ? y4 + stride : y4;
        int y6 = tokens > 6 ? y5 + stride : y5;
        int y7 = tokens > 7 ? y6 + stride : y6;
        long bytes = 34L * LANES * blocks;
        for (int g = 0; g < groups; g += 2) {
            // a group without a neighbour is its own: the same sums twice
            int next = g + 1 < groups ? 1 : 0;
            long p = weights + g * bytes;
            long q = p + next * bytes;
            int c = at + g * LANES;
            int d = c + next * LANES;
            FloatVector a0 = FloatVector.fromArray(F, y, c);
            FloatVector a1 = FloatVector.fromArray(F, y, c + y1);
            FloatVector a2 = FloatVector.fromArray(F, y, c + y2);
            FloatVector a3 = FloatVector.fromArray(F, y, c + y3);
            FloatVector a4 = FloatVector.fromArray(F, y, c + y4);
            FloatVector a5 = FloatVector.fromArray(F, y, c + y5);
            FloatVector a6 = FloatVector.fromArray(F, y, c + y6);
            FloatVector a7 = FloatVector.fromArray(F, y, c + y7);
            FloatVector b0 = FloatVector.fromArray(F, y, d);
            FloatVector b1 = FloatVector.fromArray(F, y, d + y1);
            FloatVector b2 = FloatVector.fromArray(F, y, d + y2);
            FloatVector b3 = FloatVector.fromArray(F, y, d + y3);
            FloatVector b4 = FloatVector.fromArray(F, y, d + y4);
            FloatVector b5 = FloatVector.fromArray(F, y, d + y5);
            FloatVector b6 = FloatVector.fromArray(F, y, d + y6);
            FloatVector b7 = FloatVector.fromArray(F, y, d + y7);
            for (int b = 0; b < blocks; b++, p += 34 * LANES, q += 34 * LANES) {
                FloatVector vScale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                FloatVector wScale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, q, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                int o = from + 256 * b;
                for (int k = 0; k < 32; k++) {
                    long plane = 2 * LANES + 4L * LANES * (k >> 2);
                    int shift = 24 - 8 * (k & 3);
                    FloatVector v = vScale.mul(IntVector.fromMemorySegment(I, SEGMENT, p + plane, LITTLE_ENDIAN)
                            .lanewise(LSHL, shift)
                            .lanewise(ASHR, 24)
                            .convertShape(I2F, F, 0));
                    FloatVector w = wScale.mul(IntVector.fromMemorySegment(I, SEGMENT, q + plane, LITTLE_ENDIAN)
                            .lanewise(LSHL, shift)
                            .lanewise(ASHR, 24)
                            .convertShape(I2F, F, 0));
                    FloatVector t = FloatVector.broadcast(F, x[o + 8 * k]);
                    a0 = v.fma(t, a0);
                    b0 = w.fma(t, b0);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 1]);
                    a1 = v.fma(t, a1);
                    b1 = w.fma(t, b1);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 2]);
                    a2 = v.fma(t, a2);
                    b2 = w.fma(t, b2);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 3]);
                    a3 = v.fma(t, a3);
                    b3 = w.fma(t, b3);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 4]);
                    a4 = v.fma(t, a4);
                    b4 = w.fma(t, b4);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 5]);
                    a5 = v.fma(t, a5);
                    b5 = w.fma(t, b5);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 6]);
                    a6 = v.fma(t, a6);
                    b6 = w.fma(t, b6);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 7]);
                    a7 = v.fma(t, a7);
                    b7 = w.fma(t, b7);
                }
            }
            a0.intoArray(y, c);
            a1.intoArray(y, c + y1);
            a2.intoArray(y, c + y2);
            a3.intoArray(y, c + y3);
            a4.intoArray(y, c + y4);
            a5.intoArray(y, c + y5);
            a6.intoArray(y, c + y6);
            a7.intoArray(y, c + y7);
            b0.intoArray(y, d);
            b1.intoArray(y, d + y1);
            b2.intoArray(y, d + y2);
            b3.intoArray(y, d + y3);
            b4.intoArray(y, d + y4);
            b5.intoArray(y, d + y5);
            b6.intoArray(y, d + y6);
            b7.intoArray(y, d + y7);
        }
    }

    /** A group at a time. */
    static void oneGroup(
            long weights, int groups, int blocks, float[] x, int from, int tokens, float[] y, int at, int stride) {
        int y1 = tokens > 1 ? stride : 0;
        int y2 = tokens > 2 ? y1 + stride : y1;
        int y3 = tokens > 3 ? y2 + stride : y2;
        int y4 = tokens > 4 ? y3 + stride : y3;
        int y5 = tokens > 5 ? y4 + stride : y4;
        int y6 = tokens > 6 ? y5 + stride : y5;
        int y7 = tokens > 7 ? y6 + stride : y6;
        long bytes = 34L * LANES * blocks;
        for (int g = 0; g < groups; g++) {
            long p = weights + g * bytes;
            int c = at + g * LANES;
            FloatVector a0 = FloatVector.fromArray(F, y, c);
            FloatVector a1 = FloatVector.fromArray(F, y, c + y1);
            FloatVector a2 = FloatVector.fromArray(F, y, c + y2);
            FloatVector a3 = FloatVector.fromArray(F, y, c + y3);
            FloatVector a4 = FloatVector.fromArray(F, y, c + y4);
            FloatVector a5 = FloatVector.fromArray(F, y, c + y5);
            FloatVector a6 = FloatVector.fromArray(F, y, c + y6);
            FloatVector a7 = FloatVector.fromArray(F, y, c + y7);
            for (int b = 0; b < blocks; b++, p += 34 * LANES) {
                FloatVector vScale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                int o = from + 256 * b;
                for (int k = 0; k < 32; k++) {
                    long plane = 2 * LANES + 4L * LANES * (k >> 2);
                    int shift = 24 - 8 * (k & 3);
                    FloatVector v = vScale.mul(IntVector.fromMemorySegment(I, SEGMENT, p + plane, LITTLE_ENDIAN)
                            .lanewise(LSHL, shift)
                            .lanewise(ASHR, 24)
                            .convertShape(I2F, F, 0));
                    FloatVector t = FloatVector.broadcast(F, x[o + 8 * k]);
                    a0 = v.fma(t, a0);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 1]);
                    a1 = v.fma(t, a1);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 2]);
                    a2 = v.fma(t, a2);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 3]);
                    a3 = v.fma(t, a3);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 4]);
                    a4 = v.fma(t, a4);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 5]);
                    a5 = v.fma(t, a5);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 6]);
                    a6 = v.fma(t, a6);
                    t = FloatVector.broadcast(F, x[o + 8 * k + 7]);
                    a7 = v.fma(t, a7);
                }
            }
            a0.intoArray(y, c);
            a1.intoArray(y, c + y1);
            a2.intoArray(y, c + y2);
            a3.intoArray(y, c + y3);
            a4.intoArray(y, c + y4);
            a5.intoArray(y, c + y5);
            a6.intoArray(y, c + y6);
            a7.intoArray(y, c + y7);
        }
    }
}

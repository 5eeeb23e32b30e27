package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Rows of Q2_K as the file has them: 128 weights are two bits each of 32 bytes, the lowest of which belong to the first 32
 * weights.
 *
 * @see dev.cortado.kernels.cpu.weights.RowsProduct
 */
final class Q2KRowsProduct {
    private Q2KRowsProduct() {}

    static void multiply(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        float[] sums = scratch.sums;
        float[] scales = scratch.runScales(16 * blocks);
        float[] offsets = scratch.runOffsets(16 * blocks);
        long row = weights;
        for (int r = 0; r < rows; r++, row += 84L * blocks) {
            RunScales.q2k(row, blocks, scales, offsets);
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector d = FloatVector.zero(F);
            long input = x;
            for (int s = 0; s < 4 * blocks; s++, input += 256) {
                long p = row + 84L * (s >> 2);
                int j = s & 3;
                FloatVector scale0 = FloatVector.broadcast(F, scales[4 * s]);
                FloatVector scale1 = FloatVector.broadcast(F, scales[4 * s + 1]);
                FloatVector scale2 = FloatVector.broadcast(F, scales[4 * s + 2]);
                FloatVector scale3 = FloatVector.broadcast(F, scales[4 * s + 3]);
                FloatVector offset0 = FloatVector.broadcast(F, offsets[4 * s]);
                FloatVector offset1 = FloatVector.broadcast(F, offsets[4 * s + 1]);
                FloatVector offset2 = FloatVector.broadcast(F, offsets[4 * s + 2]);
                FloatVector offset3 = FloatVector.broadcast(F, offsets[4 * s + 3]);
                long q = p + 16 + 16 * (j & 2);
                int shift = 4 * (j & 1);
                for (int i = 0; i < 16; i += LANES) {
                    IntVector n = ((IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, q + i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_B2I, I, 0))
                            .lanewise(LSHR, shift);
                    a = ((FloatVector) n.and(3).convertShape(I2F, F, 0))
                            .fma(scale0, offset0)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 4 * i, LITTLE_ENDIAN), a);
                    c = ((FloatVector) n.lanewise(LSHR, 2).and(3).convertShape(I2F, F, 0))
                            .fma(scale2, offset2)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 128 + 4 * i, LITTLE_ENDIAN), c);
                    n = ((IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, q + 16 + i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_B2I, I, 0))
                            .lanewise(LSHR, shift);
                    b = ((FloatVector) n.and(3).convertShape(I2F, F, 0))
                            .fma(scale1, offset1)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 64 + 4 * i, LITTLE_ENDIAN), b);
                    d = ((FloatVector) n.lanewise(LSHR, 2).and(3).convertShape(I2F, F, 0))
                            .fma(scale3, offset3)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 192 + 4 * i, LITTLE_ENDIAN), d);
                }
            }
            a.add(c).add(b.add(d)).intoArray(sums, 0);
            y[at + r] = LaneSum.of(sums, 0);
        }
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
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
 * Rows of Q5_0 and Q5_1 as the file has them: as {@link Q4RowsProduct}, with a word of fifth bits. In Q5_0 the offset is
 * -16 times the scale.
 *
 * @see dev.cortado.kernels.cpu.weights.RowsProduct
 */
final class Q5RowsProduct {
    /** Lane l's own number. */
    private static final IntVector LANE = IntVector.zero(I).addIndex(1);

    private Q5RowsProduct() {}

    static void q50(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        multiply(weights, rows, blocks, false, x, y, at, scratch);
    }

    static void q51(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        multiply(weights, rows, blocks, true, x, y, at, scratch);
    }

    private static void multiply(
            long weights, int rows, int blocks, boolean minimum, long x, float[] y, int at, Scratch scratch) {
        float[] sums = scratch.sums;
        int head = minimum ? 8 : 6;
        long p = weights;
        for (int r = 0; r < rows; r++) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            long input = x;
            for (int k = 0; k < blocks; k++, p += 16 + head, input += 128) {
                float d = getHalf(p);
                FloatVector scale = FloatVector.broadcast(F, d);
                FloatVector offset = FloatVector.broadcast(F, minimum ? getHalf(p + 2) : -16 * d);
                int high = getInt(p + head - 4);
                for (int i = 0; i < 16; i += LANES) {
                    IntVector q =
                            (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p + head + i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_B2I, I, 0);
                    IntVector n = q.and(15)
                            .or(IntVector.broadcast(I, high << 4 >>> i)
                                    .lanewise(LSHR, LANE)
                                    .and(16));
                    a = ((FloatVector) n.convertShape(I2F, F, 0))
                            .fma(scale, offset)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 4 * i, LITTLE_ENDIAN), a);
                    n = q.lanewise(LSHR, 4)
                            .or(IntVector.broadcast(I, high >>> 12 + i)
                                    .lanewise(LSHR, LANE)
                                    .and(16));
                    b = ((FloatVector) n.convertShape(I2F, F, 0))
                            .fma(scale, offset)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 64 + 4 * i, LITTLE_ENDIAN), b);
                }
            }
            a.add(b).intoArray(sums, 0);
            y[at + r] = LaneSum.of(sums, 0);
        }
    }
}

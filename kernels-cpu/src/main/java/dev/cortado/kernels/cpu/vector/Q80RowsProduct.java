package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Rows of Q8_0 as the file has them; see {@link dev.cortado.kernels.cpu.weights.RowsProduct}. */
final class Q80RowsProduct {
    private Q80RowsProduct() {}

    static void multiply(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        float[] sums = scratch.sums;
        long p = weights;
        for (int r = 0; r < rows; r++) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            long input = x;
            for (int k = 0; k < blocks; k++, p += 34, input += 128) {
                FloatVector scale = FloatVector.broadcast(F, getHalf(p));
                for (int i = 0; i < 16; i += LANES) {
                    IntVector q =
                            (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p + 2 + i, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0);
                    IntVector u =
                            (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p + 18 + i, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0);
                    a = ((FloatVector) q.convertShape(I2F, F, 0))
                            .mul(scale)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 4 * i, LITTLE_ENDIAN), a);
                    b = ((FloatVector) u.convertShape(I2F, F, 0))
                            .mul(scale)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 64 + 4 * i, LITTLE_ENDIAN), b);
                }
            }
            a.add(b).intoArray(sums, 0);
            y[at + r] = LaneSum.of(sums, 0);
        }
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.cortado.kernels.cpu.repack.Tables;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Rows of IQ4_NL and MXFP4 as the file has them: nibbles select bytes from a table of 16. Of each vector's bytes 16 are
 * wanted; those behind them belong to other blocks and are overwritten or left alone. A vector of 16 bytes would be
 * enough, but with a second width in C2's profile of the Vector API it put the vectors of many kernels on the heap.
 *
 * @see dev.cortado.kernels.cpu.weights.RowsProduct
 */
final class TableRowsProduct {
    private static final ByteVector IQ4 = Lookup.repeated(Tables.iq4());
    private static final ByteVector E2M1 = Lookup.repeated(Tables.e2m1());

    private TableRowsProduct() {}

    static void iq4nl(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        multiply(weights, rows, blocks, 2, x, y, at, scratch);
    }

    static void mxfp4(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        multiply(weights, rows, blocks, 1, x, y, at, scratch);
    }

    /** @param head bytes of the scale: a half-precision number of IQ4_NL, or an exponent of MXFP4 */
    private static void multiply(
            long weights, int rows, int blocks, int head, long x, float[] y, int at, Scratch scratch) {
        float[] sums = scratch.sums;
        byte[] values = scratch.values;
        ByteVector table = head == 2 ? IQ4 : E2M1;
        long p = weights;
        for (int r = 0; r < rows; r++) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            long input = x;
            for (int k = 0; k < blocks; k++, p += 16 + head, input += 128) {
                FloatVector scale =
                        FloatVector.broadcast(F, head == 2 ? getHalf(p) : Tables.halfPowerOfTwo(getByte(p)));
                IntVector nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + head, LITTLE_ENDIAN);
                nibbles.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).intoArray(values, 0);
                nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .intoArray(values, 16);
                for (int i = 0; i < 16; i += LANES) {
                    IntVector q = (IntVector)
                            ByteVector.fromArray(B_PER_LANE, values, i).convertShape(B2I, I, 0);
                    IntVector u = (IntVector)
                            ByteVector.fromArray(B_PER_LANE, values, 16 + i).convertShape(B2I, I, 0);
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

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
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
 * Rows of IQ4_XS as the file has them: as IQ4_NL in {@link TableRowsProduct}, with a scale of 6 bits for 32 weights.
 *
 * @see dev.cortado.kernels.cpu.weights.RowsProduct
 */
final class Iq4XsRowsProduct {
    private static final ByteVector IQ4 = Lookup.repeated(Tables.iq4());

    private Iq4XsRowsProduct() {}

    static void multiply(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        float[] sums = scratch.sums;
        byte[] values = scratch.values;
        ByteVector table = IQ4;
        long row = weights;
        for (int r = 0; r < rows; r++, row += 136L * blocks) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector d = FloatVector.zero(F);
            long input = x;
            for (int s = 0; s < 4 * blocks; s++, input += 256) {
                long p = row + 136L * (s >> 2);
                int j = s & 3;
                float blockScale = getHalf(p);
                int high = getShort(p + 2) >> 4 * j;
                int low = getByte(p + 4 + j);
                FloatVector scale0 = FloatVector.broadcast(F, blockScale * ((low & 15 | high << 4 & 48) - 32));
                FloatVector scale1 = FloatVector.broadcast(F, blockScale * ((low >> 4 & 15 | high << 2 & 48) - 32));
                long q = p + 8 + 32 * j;
                IntVector nibbles = IntVector.fromMemorySegment(I, SEGMENT, q, LITTLE_ENDIAN);
                nibbles.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).intoArray(values, 0);
                nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .intoArray(values, 16);
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, q + 16, LITTLE_ENDIAN);
                nibbles.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).intoArray(values, 32);
                nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .intoArray(values, 48);
                for (int i = 0; i < 16; i += LANES) {
                    IntVector n = (IntVector)
                            ByteVector.fromArray(B_PER_LANE, values, i).convertShape(B2I, I, 0);
                    a = ((FloatVector) n.convertShape(I2F, F, 0))
                            .mul(scale0)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 4 * i, LITTLE_ENDIAN), a);
                    n = (IntVector)
                            ByteVector.fromArray(B_PER_LANE, values, 16 + i).convertShape(B2I, I, 0);
                    b = ((FloatVector) n.convertShape(I2F, F, 0))
                            .mul(scale0)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 64 + 4 * i, LITTLE_ENDIAN), b);
                    n = (IntVector)
                            ByteVector.fromArray(B_PER_LANE, values, 32 + i).convertShape(B2I, I, 0);
                    c = ((FloatVector) n.convertShape(I2F, F, 0))
                            .mul(scale1)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 128 + 4 * i, LITTLE_ENDIAN), c);
                    n = (IntVector)
                            ByteVector.fromArray(B_PER_LANE, values, 48 + i).convertShape(B2I, I, 0);
                    d = ((FloatVector) n.convertShape(I2F, F, 0))
                            .mul(scale1)
                            .fma(FloatVector.fromMemorySegment(F, SEGMENT, input + 192 + 4 * i, LITTLE_ENDIAN), d);
                }
            }
            a.add(c).add(b.add(d)).intoArray(sums, 0);
            y[at + r] = LaneSum.of(sums, 0);
        }
    }
}

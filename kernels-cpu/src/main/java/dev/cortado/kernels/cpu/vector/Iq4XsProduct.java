package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.cortado.kernels.cpu.repack.Tables;
import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products of IQ4_XS. A chunk of 32 weights is summed as in IQ4_NL; its sum times its scale is added up in 32 bits per
 * block.
 *
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Iq4XsProduct {
    /** The table, repeated over the whole vector. */
    private static final ByteVector TABLE = Lookup.repeated(Tables.iq4());

    private Iq4XsProduct() {}

    /** One token; see {@link dev.cortado.kernels.cpu.weights.Product}. */
    static void one(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int firstBlock,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        int[] pairs = x.pairs();
        float[] scales = x.scales();
        int from = 8 * firstBlock;
        int end = from + 8 * blocks;
        ByteVector table = TABLE;
        long chunk = weights;
        for (int g = 0; g < groups; g++) {
            IntVector total = IntVector.zero(I);
            for (int c = from; c < end; c++, chunk += 17 * LANES) {
                int o = 16 * c;
                IntVector low = IntVector.zero(I);
                IntVector high = IntVector.zero(I);
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector t;
                IntVector nibbles;
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 1 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 5 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 9 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 13 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                IntVector part = low.add(high);
                IntVector runScale = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk, LITTLE_ENDIAN)
                        .convertShape(B2I, I, 0);
                total = part.mul(runScale).add(total);
                if ((c & 7) == 7) {
                    FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 17 * LANES, LITTLE_ENDIAN)
                                    .convertShape(S2I, I, 0))
                            .lanewise(LSHL, 13)
                            .and(0x8FFFE000)
                            .reinterpretAsFloats()
                            .mul(0x1p112f);
                    float inputScale = scales[c >> 3];
                    ((FloatVector) total.convertShape(I2F, F, 0))
                            .fma(scale.mul(inputScale), FloatVector.fromArray(F, y, at + g * LANES))
                            .intoArray(y, at + g * LANES);
                    total = IntVector.zero(I);
                    chunk += 2 * LANES;
                }
            }
        }
    }

    /** Two tokens; see {@link dev.cortado.kernels.cpu.weights.Product}. */
    static void two(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int firstBlock,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        int[] pairs = x.pairs();
        float[] scales = x.scales();
        int from = 8 * firstBlock;
        int end = from + 8 * blocks;
        int nextBlock = x.blocks();
        int nextPair = x.columns() / 2;
        ByteVector table = TABLE;
        long chunk = weights;
        for (int g = 0; g < groups; g++) {
            IntVector total0 = IntVector.zero(I);
            IntVector total1 = IntVector.zero(I);
            for (int c = from; c < end; c++, chunk += 17 * LANES) {
                int o = 16 * c;
                int o1 = o + nextPair;
                IntVector low0 = IntVector.zero(I);
                IntVector high0 = IntVector.zero(I);
                IntVector low1 = IntVector.zero(I);
                IntVector high1 = IntVector.zero(I);
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector t;
                IntVector nibbles;
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 1 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 1]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 9]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 5 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 3]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 11]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 9 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 5]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 13]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, chunk + 13 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 7]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high0 = high0.add(t.lanewise(ASHR, 16));
                t = even.mul(broadcast(I, pairs[o1 + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 15]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high1 = high1.add(t.lanewise(ASHR, 16));
                IntVector part0 = low0.add(high0);
                IntVector part1 = low1.add(high1);
                IntVector runScale = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk, LITTLE_ENDIAN)
                        .convertShape(B2I, I, 0);
                total0 = part0.mul(runScale).add(total0);
                total1 = part1.mul(runScale).add(total1);
                if ((c & 7) == 7) {
                    FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 17 * LANES, LITTLE_ENDIAN)
                                    .convertShape(S2I, I, 0))
                            .lanewise(LSHL, 13)
                            .and(0x8FFFE000)
                            .reinterpretAsFloats()
                            .mul(0x1p112f);
                    float inputScale0 = scales[c >> 3];
                    ((FloatVector) total0.convertShape(I2F, F, 0))
                            .fma(scale.mul(inputScale0), FloatVector.fromArray(F, y, at + g * LANES))
                            .intoArray(y, at + g * LANES);
                    float inputScale1 = scales[(c >> 3) + nextBlock];
                    ((FloatVector) total1.convertShape(I2F, F, 0))
                            .fma(scale.mul(inputScale1), FloatVector.fromArray(F, y, at + stride + g * LANES))
                            .intoArray(y, at + stride + g * LANES);
                    total0 = IntVector.zero(I);
                    total1 = IntVector.zero(I);
                    chunk += 2 * LANES;
                }
            }
        }
    }
}

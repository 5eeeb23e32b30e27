package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import dev.cortado.kernels.cpu.repack.Tables;
import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products of MXFP4. Nibbles select bytes from the table of doubled E2M1 values; 16 products of at most 12 * 127 fit in
 * a 16-bit half. The scale is a power of two, built from its exponent.
 *
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Mxfp4Product {
    /** The table, repeated over the whole vector. */
    private static final ByteVector TABLE = Lookup.repeated(Tables.e2m1());

    private Mxfp4Product() {}

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
        ByteVector table = TABLE;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.fromArray(F, y, at + g * LANES);
            for (int b = 0; b < blocks; b++, p += 17 * LANES) {
                int k = firstBlock + b;
                IntVector exponent = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, I, 0);
                FloatVector scale = exponent.sub(1)
                        .lanewise(LSHL, 23)
                        .max(exponent.min(1).add(1).mul(0x00200000))
                        .reinterpretAsFloats();
                int o = 16 * k;
                ShortVector s = ShortVector.zero(S);
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector nibbles;
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts())));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + 5 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts())));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + 9 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts())));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + 13 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s = s.add(even.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts())));
                IntVector sum = s.reinterpretAsInts();
                sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
                float inputScale = scales[k];
                products = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(scale.mul(inputScale), products);
            }
            products.intoArray(y, at + g * LANES);
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
        int nextBlock = x.blocks();
        int nextPair = x.columns() / 2;
        ByteVector table = TABLE;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.fromArray(F, y, at + g * LANES);
            FloatVector products1 = FloatVector.fromArray(F, y, at + stride + g * LANES);
            for (int b = 0; b < blocks; b++, p += 17 * LANES) {
                int k = firstBlock + b;
                IntVector exponent = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, I, 0);
                FloatVector scale = exponent.sub(1)
                        .lanewise(LSHL, 23)
                        .max(exponent.min(1).add(1).mul(0x00200000))
                        .reinterpretAsFloats();
                int o = 16 * k;
                int o1 = o + nextPair;
                ShortVector s0 = ShortVector.zero(S);
                ShortVector s1 = ShortVector.zero(S);
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector nibbles;
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 1]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 9]).reinterpretAsShorts())));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + 5 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 3]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 11]).reinterpretAsShorts())));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + 9 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 5]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 13]).reinterpretAsShorts())));
                nibbles = IntVector.fromMemorySegment(I, SEGMENT, p + 13 * LANES, LITTLE_ENDIAN);
                q = nibbles.and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 7]).reinterpretAsShorts())));
                q = nibbles.lanewise(LSHR, 4)
                        .and(0x0F0F0F0F)
                        .reinterpretAsBytes()
                        .selectFrom(table)
                        .reinterpretAsShorts();
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                s0 = s0.add(even.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts())));
                s1 = s1.add(even.mul(broadcast(I, pairs[o1 + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o1 + 15]).reinterpretAsShorts())));
                IntVector sum0 = s0.reinterpretAsInts();
                sum0 = sum0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum0.lanewise(ASHR, 16));
                IntVector sum1 = s1.reinterpretAsInts();
                sum1 = sum1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum1.lanewise(ASHR, 16));
                float inputScale0 = scales[k];
                products0 = ((FloatVector) sum0.convertShape(I2F, F, 0)).fma(scale.mul(inputScale0), products0);
                float inputScale1 = scales[k + nextBlock];
                products1 = ((FloatVector) sum1.convertShape(I2F, F, 0)).fma(scale.mul(inputScale1), products1);
            }
            products0.intoArray(y, at + g * LANES);
            products1.intoArray(y, at + stride + g * LANES);
        }
    }
}

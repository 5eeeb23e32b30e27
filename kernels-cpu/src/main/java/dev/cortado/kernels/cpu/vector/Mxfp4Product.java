package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.FLOAT;
import static dev.cortado.kernels.cpu.memory.AllMemory.INT;
import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.B;
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

/** Products of MXFP4: weights as {@link dev.cortado.kernels.cpu.repack.Layout} lays them out. */
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
            int token,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        long own = token * x.tokenBytes();
        long pairs = x.pairs() + own;
        long scales = x.scales() + own;
        ByteVector table = TABLE;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 17 * LANES) {
                IntVector exponent = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, I, 0);
                FloatVector scale = exponent.sub(1)
                        .lanewise(LSHL, 23)
                        .max(exponent.min(1).add(1).mul(0x00200000))
                        .reinterpretAsFloats();
                long o = pairs + 64L * b;
                ShortVector s = ShortVector.zero(S);
                long planes = p + 1 * LANES;
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector nibbles;
                for (int i = 0; i < 2; i++, planes += 8 * LANES, o += 16) {
                    nibbles = IntVector.fromMemorySegment(I, SEGMENT, planes, LITTLE_ENDIAN);
                    q = nibbles.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    s = s.add(even.mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts())));
                    q = nibbles.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    s = s.add(even.mul(broadcast(I, SEGMENT.get(INT, o + 32)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 36)).reinterpretAsShorts())));
                    nibbles = IntVector.fromMemorySegment(I, SEGMENT, planes + 4 * LANES, LITTLE_ENDIAN);
                    q = nibbles.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    s = s.add(even.mul(broadcast(I, SEGMENT.get(INT, o + 8)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 12)).reinterpretAsShorts())));
                    q = nibbles.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    s = s.add(even.mul(broadcast(I, SEGMENT.get(INT, o + 40)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 44)).reinterpretAsShorts())));
                }
                IntVector sum = s.reinterpretAsInts();
                sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
                float inputScale = SEGMENT.get(FLOAT, scales + 4L * b);
                products = ((FloatVector) sum.convert(I2F, 0)).fma(scale.mul(inputScale), products);
            }
            products.intoArray(y, at + g * LANES);
        }
    }

    /** Four tokens; see {@link dev.cortado.kernels.cpu.weights.Product}. */
    static void four(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int token,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        long own = token * x.tokenBytes();
        long next = x.tokenBytes();
        long pairs = x.pairs() + own;
        long scales = x.scales() + own;
        ByteVector table = TABLE;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.zero(F);
            FloatVector products1 = FloatVector.zero(F);
            FloatVector products2 = FloatVector.zero(F);
            FloatVector products3 = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 17 * LANES) {
                IntVector exponent = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, I, 0);
                FloatVector scale = exponent.sub(1)
                        .lanewise(LSHL, 23)
                        .max(exponent.min(1).add(1).mul(0x00200000))
                        .reinterpretAsFloats();
                long o = pairs + 64L * b;
                long o1 = o + next;
                long o2 = o + 2 * next;
                long o3 = o + 3 * next;
                ShortVector s0 = ShortVector.zero(S);
                ShortVector s1 = ShortVector.zero(S);
                ShortVector s2 = ShortVector.zero(S);
                ShortVector s3 = ShortVector.zero(S);
                long planes = p + 1 * LANES;
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector nibbles;
                for (int i = 0; i < 4; i++, planes += 4 * LANES, o += 8, o1 += 8, o2 += 8, o3 += 8) {
                    nibbles = IntVector.fromMemorySegment(I, SEGMENT, planes, LITTLE_ENDIAN);
                    q = nibbles.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    s0 = s0.add(even.mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts())));
                    s1 = s1.add(even.mul(broadcast(I, SEGMENT.get(INT, o1)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o1 + 4)).reinterpretAsShorts())));
                    s2 = s2.add(even.mul(broadcast(I, SEGMENT.get(INT, o2)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o2 + 4)).reinterpretAsShorts())));
                    s3 = s3.add(even.mul(broadcast(I, SEGMENT.get(INT, o3)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o3 + 4)).reinterpretAsShorts())));
                    q = nibbles.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    s0 = s0.add(even.mul(broadcast(I, SEGMENT.get(INT, o + 32)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 36)).reinterpretAsShorts())));
                    s1 = s1.add(even.mul(broadcast(I, SEGMENT.get(INT, o1 + 32)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o1 + 36)).reinterpretAsShorts())));
                    s2 = s2.add(even.mul(broadcast(I, SEGMENT.get(INT, o2 + 32)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o2 + 36)).reinterpretAsShorts())));
                    s3 = s3.add(even.mul(broadcast(I, SEGMENT.get(INT, o3 + 32)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o3 + 36)).reinterpretAsShorts())));
                }
                IntVector sum0 = s0.reinterpretAsInts();
                sum0 = sum0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum0.lanewise(ASHR, 16));
                IntVector sum1 = s1.reinterpretAsInts();
                sum1 = sum1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum1.lanewise(ASHR, 16));
                IntVector sum2 = s2.reinterpretAsInts();
                sum2 = sum2.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum2.lanewise(ASHR, 16));
                IntVector sum3 = s3.reinterpretAsInts();
                sum3 = sum3.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum3.lanewise(ASHR, 16));
                float inputScale0 = SEGMENT.get(FLOAT, scales + 4L * b);
                products0 = ((FloatVector) sum0.convert(I2F, 0)).fma(scale.mul(inputScale0), products0);
                float inputScale1 = SEGMENT.get(FLOAT, scales + 4L * b + next);
                products1 = ((FloatVector) sum1.convert(I2F, 0)).fma(scale.mul(inputScale1), products1);
                float inputScale2 = SEGMENT.get(FLOAT, scales + 4L * b + 2 * next);
                products2 = ((FloatVector) sum2.convert(I2F, 0)).fma(scale.mul(inputScale2), products2);
                float inputScale3 = SEGMENT.get(FLOAT, scales + 4L * b + 3 * next);
                products3 = ((FloatVector) sum3.convert(I2F, 0)).fma(scale.mul(inputScale3), products3);
            }
            products0.intoArray(y, at + g * LANES);
            products1.intoArray(y, at + stride + g * LANES);
            products2.intoArray(y, at + 2 * stride + g * LANES);
            products3.intoArray(y, at + 3 * stride + g * LANES);
        }
    }
}

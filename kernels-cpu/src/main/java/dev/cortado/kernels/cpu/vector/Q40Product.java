package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.FLOAT;
import static dev.cortado.kernels.cpu.memory.AllMemory.INT;
import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Products of Q4_0: weights as {@link dev.cortado.kernels.cpu.repack.Layout} lays them out. */
final class Q40Product {
    private Q40Product() {}

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
        long sums = x.sums32() + own;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 18 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                long o = pairs + 64L * b;
                ShortVector s = ShortVector.zero(S);
                ShortVector u = ShortVector.zero(S);
                long planes = p + 2 * LANES;
                IntVector q;
                for (int i = 0; i < 2; i++, planes += 8 * LANES, o += 16) {
                    q = IntVector.fromMemorySegment(I, SEGMENT, planes, LITTLE_ENDIAN);
                    s = s.add(q.and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()));
                    u = u.add(q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 32)).reinterpretAsShorts()));
                    s = s.add(q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts()));
                    u = u.add(q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 36)).reinterpretAsShorts()));
                    q = IntVector.fromMemorySegment(I, SEGMENT, planes + 4 * LANES, LITTLE_ENDIAN);
                    s = s.add(q.and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 8)).reinterpretAsShorts()));
                    u = u.add(q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 40)).reinterpretAsShorts()));
                    s = s.add(q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 12)).reinterpretAsShorts()));
                    u = u.add(q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 44)).reinterpretAsShorts()));
                }
                IntVector sum = s.add(u).reinterpretAsInts();
                sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
                sum = sum.sub(8 * SEGMENT.get(INT, sums + 4L * b));
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
        long sums = x.sums32() + own;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.zero(F);
            FloatVector products1 = FloatVector.zero(F);
            FloatVector products2 = FloatVector.zero(F);
            FloatVector products3 = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 18 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                long o = pairs + 64L * b;
                long o1 = o + next;
                long o2 = o + 2 * next;
                long o3 = o + 3 * next;
                ShortVector s0 = ShortVector.zero(S);
                ShortVector s1 = ShortVector.zero(S);
                ShortVector s2 = ShortVector.zero(S);
                ShortVector s3 = ShortVector.zero(S);
                long planes = p + 2 * LANES;
                IntVector q;
                ShortVector v;
                for (int i = 0; i < 4; i++, planes += 4 * LANES, o += 8, o1 += 8, o2 += 8, o3 += 8) {
                    q = IntVector.fromMemorySegment(I, SEGMENT, planes, LITTLE_ENDIAN);
                    v = q.and(0x000F000F).reinterpretAsShorts();
                    s0 = s0.add(v.mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()));
                    s1 = s1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1)).reinterpretAsShorts()));
                    s2 = s2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2)).reinterpretAsShorts()));
                    s3 = s3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3)).reinterpretAsShorts()));
                    v = q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts();
                    s0 = s0.add(v.mul(broadcast(I, SEGMENT.get(INT, o + 32)).reinterpretAsShorts()));
                    s1 = s1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1 + 32)).reinterpretAsShorts()));
                    s2 = s2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2 + 32)).reinterpretAsShorts()));
                    s3 = s3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3 + 32)).reinterpretAsShorts()));
                    v = q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts();
                    s0 = s0.add(v.mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts()));
                    s1 = s1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1 + 4)).reinterpretAsShorts()));
                    s2 = s2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2 + 4)).reinterpretAsShorts()));
                    s3 = s3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3 + 4)).reinterpretAsShorts()));
                    v = q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts();
                    s0 = s0.add(v.mul(broadcast(I, SEGMENT.get(INT, o + 36)).reinterpretAsShorts()));
                    s1 = s1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1 + 36)).reinterpretAsShorts()));
                    s2 = s2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2 + 36)).reinterpretAsShorts()));
                    s3 = s3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3 + 36)).reinterpretAsShorts()));
                }
                IntVector sum0 = s0.reinterpretAsInts();
                sum0 = sum0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum0.lanewise(ASHR, 16));
                sum0 = sum0.sub(8 * SEGMENT.get(INT, sums + 4L * b));
                IntVector sum1 = s1.reinterpretAsInts();
                sum1 = sum1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum1.lanewise(ASHR, 16));
                sum1 = sum1.sub(8 * SEGMENT.get(INT, sums + 4L * b + next));
                IntVector sum2 = s2.reinterpretAsInts();
                sum2 = sum2.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum2.lanewise(ASHR, 16));
                sum2 = sum2.sub(8 * SEGMENT.get(INT, sums + 4L * b + 2 * next));
                IntVector sum3 = s3.reinterpretAsInts();
                sum3 = sum3.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum3.lanewise(ASHR, 16));
                sum3 = sum3.sub(8 * SEGMENT.get(INT, sums + 4L * b + 3 * next));
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

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.FLOAT;
import static dev.cortado.kernels.cpu.memory.AllMemory.INT;
import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
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
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Products of Q4_K: weights as {@link dev.cortado.kernels.cpu.repack.Layout} lays them out. */
final class Q4KProduct {
    private Q4KProduct() {}

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
            FloatVector offsets = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 148 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                FloatVector minScale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                IntVector minSum = IntVector.zero(I);
                long sum = sums + 32L * b;
                for (int j = 0; j < 8; j++, sum += 4) {
                    IntVector m = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p + (12 + j) * LANES, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, I, 0);
                    minSum = minSum.add(m.mul(SEGMENT.get(INT, sum)));
                }
                float inputScale = SEGMENT.get(FLOAT, scales + 4L * b);
                offsets = ((FloatVector) minSum.convert(I2F, 0)).fma(minScale.mul(inputScale), offsets);
                IntVector total = IntVector.zero(I);
                long o = pairs + 512L * b;
                long chunk = p + 20 * LANES;
                for (int c = 0; c < 8; c++, o += 64, chunk += 16 * LANES) {
                    ShortVector s = ShortVector.zero(S);
                    ShortVector u = ShortVector.zero(S);
                    long planes = chunk;
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
                    o -= 32;
                    IntVector part = s.add(u).reinterpretAsInts();
                    part = part.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part.lanewise(ASHR, 16));
                    IntVector runScale = (IntVector) ByteVector.fromMemorySegment(
                                    B_PER_LANE, SEGMENT, p + (4 + c) * LANES, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, I, 0);
                    total = total.add(part.mul(runScale));
                }
                products = ((FloatVector) total.convert(I2F, 0)).fma(scale.mul(inputScale), products);
            }
            products.sub(offsets).intoArray(y, at + g * LANES);
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
            FloatVector offsets0 = FloatVector.zero(F);
            FloatVector products1 = FloatVector.zero(F);
            FloatVector offsets1 = FloatVector.zero(F);
            FloatVector products2 = FloatVector.zero(F);
            FloatVector offsets2 = FloatVector.zero(F);
            FloatVector products3 = FloatVector.zero(F);
            FloatVector offsets3 = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 148 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                FloatVector minScale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                IntVector minSum0 = IntVector.zero(I);
                IntVector minSum1 = IntVector.zero(I);
                IntVector minSum2 = IntVector.zero(I);
                IntVector minSum3 = IntVector.zero(I);
                long sum = sums + 32L * b;
                for (int j = 0; j < 8; j++, sum += 4) {
                    IntVector m = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p + (12 + j) * LANES, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, I, 0);
                    minSum0 = minSum0.add(m.mul(SEGMENT.get(INT, sum)));
                    minSum1 = minSum1.add(m.mul(SEGMENT.get(INT, sum + next)));
                    minSum2 = minSum2.add(m.mul(SEGMENT.get(INT, sum + 2 * next)));
                    minSum3 = minSum3.add(m.mul(SEGMENT.get(INT, sum + 3 * next)));
                }
                float inputScale0 = SEGMENT.get(FLOAT, scales + 4L * b);
                offsets0 = ((FloatVector) minSum0.convert(I2F, 0)).fma(minScale.mul(inputScale0), offsets0);
                float inputScale1 = SEGMENT.get(FLOAT, scales + 4L * b + next);
                offsets1 = ((FloatVector) minSum1.convert(I2F, 0)).fma(minScale.mul(inputScale1), offsets1);
                float inputScale2 = SEGMENT.get(FLOAT, scales + 4L * b + 2 * next);
                offsets2 = ((FloatVector) minSum2.convert(I2F, 0)).fma(minScale.mul(inputScale2), offsets2);
                float inputScale3 = SEGMENT.get(FLOAT, scales + 4L * b + 3 * next);
                offsets3 = ((FloatVector) minSum3.convert(I2F, 0)).fma(minScale.mul(inputScale3), offsets3);
                IntVector total0 = IntVector.zero(I);
                IntVector total1 = IntVector.zero(I);
                IntVector total2 = IntVector.zero(I);
                IntVector total3 = IntVector.zero(I);
                long o = pairs + 512L * b;
                long chunk = p + 20 * LANES;
                for (int c = 0; c < 8; c++, o += 64, chunk += 16 * LANES) {
                    long o1 = o + next;
                    long o2 = o + 2 * next;
                    long o3 = o + 3 * next;
                    ShortVector s0 = ShortVector.zero(S);
                    ShortVector s1 = ShortVector.zero(S);
                    ShortVector s2 = ShortVector.zero(S);
                    ShortVector s3 = ShortVector.zero(S);
                    long planes = chunk;
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
                    o -= 32;
                    IntVector part0 = s0.reinterpretAsInts();
                    part0 = part0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part0.lanewise(ASHR, 16));
                    IntVector part1 = s1.reinterpretAsInts();
                    part1 = part1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part1.lanewise(ASHR, 16));
                    IntVector part2 = s2.reinterpretAsInts();
                    part2 = part2.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part2.lanewise(ASHR, 16));
                    IntVector part3 = s3.reinterpretAsInts();
                    part3 = part3.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part3.lanewise(ASHR, 16));
                    IntVector runScale = (IntVector) ByteVector.fromMemorySegment(
                                    B_PER_LANE, SEGMENT, p + (4 + c) * LANES, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, I, 0);
                    total0 = total0.add(part0.mul(runScale));
                    total1 = total1.add(part1.mul(runScale));
                    total2 = total2.add(part2.mul(runScale));
                    total3 = total3.add(part3.mul(runScale));
                }
                products0 = ((FloatVector) total0.convert(I2F, 0)).fma(scale.mul(inputScale0), products0);
                products1 = ((FloatVector) total1.convert(I2F, 0)).fma(scale.mul(inputScale1), products1);
                products2 = ((FloatVector) total2.convert(I2F, 0)).fma(scale.mul(inputScale2), products2);
                products3 = ((FloatVector) total3.convert(I2F, 0)).fma(scale.mul(inputScale3), products3);
            }
            products0.sub(offsets0).intoArray(y, at + g * LANES);
            products1.sub(offsets1).intoArray(y, at + stride + g * LANES);
            products2.sub(offsets2).intoArray(y, at + 2 * stride + g * LANES);
            products3.sub(offsets3).intoArray(y, at + 3 * stride + g * LANES);
        }
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.FLOAT;
import static dev.cortado.kernels.cpu.memory.AllMemory.INT;
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

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Products of Q6_K: weights as {@link dev.cortado.kernels.cpu.repack.Layout} lays them out. */
final class Q6KProduct {
    private Q6KProduct() {}

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
        long starts = x.starts16() + own;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 210 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                IntVector total = IntVector.zero(I);
                long o = pairs + 512L * b;
                long chunk = p + 18 * LANES;
                for (int c = 0; c < 8; c++, o += 64, chunk += 24 * LANES) {
                    ShortVector s = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c))).reinterpretAsShorts();
                    ShortVector u = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 4)).reinterpretAsShorts();
                    long fields = chunk;
                    long planes = chunk + 8 * LANES;
                    for (int i = 0; i < 2; i++, fields += 4 * LANES, planes += 8 * LANES, o += 16) {
                        IntVector high = IntVector.fromMemorySegment(I, SEGMENT, fields, LITTLE_ENDIAN);
                        IntVector q;
                        q = IntVector.fromMemorySegment(I, SEGMENT, planes, LITTLE_ENDIAN);
                        s = s.add(q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()));
                        u = u.add(q.lanewise(LSHR, 4).and(0x000F000F).or(high.lanewise(LSHL, 2).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 32)).reinterpretAsShorts()));
                        s = s.add(q.lanewise(LSHR, 8).and(0x000F000F).or(high.and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts()));
                        u = u.add(q.lanewise(LSHR, 12).and(0x000F000F).or(high.lanewise(LSHR, 2).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 36)).reinterpretAsShorts()));
                        q = IntVector.fromMemorySegment(I, SEGMENT, planes + 4 * LANES, LITTLE_ENDIAN);
                        s = s.add(q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 8)).reinterpretAsShorts()));
                        u = u.add(q.lanewise(LSHR, 4).and(0x000F000F).or(high.lanewise(LSHR, 6).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 40)).reinterpretAsShorts()));
                        s = s.add(q.lanewise(LSHR, 8).and(0x000F000F).or(high.lanewise(LSHR, 8).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 12)).reinterpretAsShorts()));
                        u = u.add(q.lanewise(LSHR, 12).and(0x000F000F).or(high.lanewise(LSHR, 10).and(0x00300030)).reinterpretAsShorts().mul(broadcast(I, SEGMENT.get(INT, o + 44)).reinterpretAsShorts()));
                    }
                    o -= 32;
                    IntVector scale0 = (IntVector) ByteVector.fromMemorySegment(
                                    B_PER_LANE, SEGMENT, p + (2 + 2 * c) * LANES, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0);
                    IntVector scale1 = (IntVector) ByteVector.fromMemorySegment(
                                    B_PER_LANE, SEGMENT, p + (3 + 2 * c) * LANES, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0);
                    IntVector first = s.reinterpretAsInts();
                    first = first.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first.lanewise(ASHR, 16));
                    total = total.add(first.mul(scale0));
                    IntVector second = u.reinterpretAsInts();
                    second = second.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second.lanewise(ASHR, 16));
                    total = total.add(second.mul(scale1));
                }
                float inputScale = SEGMENT.get(FLOAT, scales + 4L * b);
                products = ((FloatVector) total.convert(I2F, 0)).fma(scale.mul(inputScale), products);
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
        long starts = x.starts16() + own;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.zero(F);
            FloatVector products1 = FloatVector.zero(F);
            FloatVector products2 = FloatVector.zero(F);
            FloatVector products3 = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 210 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                IntVector total0 = IntVector.zero(I);
                IntVector total1 = IntVector.zero(I);
                IntVector total2 = IntVector.zero(I);
                IntVector total3 = IntVector.zero(I);
                long o = pairs + 512L * b;
                long chunk = p + 18 * LANES;
                for (int c = 0; c < 8; c++, o += 64, chunk += 24 * LANES) {
                    long o1 = o + next;
                    long o2 = o + 2 * next;
                    long o3 = o + 3 * next;
                    ShortVector s0 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c))).reinterpretAsShorts();
                    ShortVector u0 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 4)).reinterpretAsShorts();
                    ShortVector s1 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + next)).reinterpretAsShorts();
                    ShortVector u1 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 4 + next)).reinterpretAsShorts();
                    ShortVector s2 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 2 * next)).reinterpretAsShorts();
                    ShortVector u2 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 4 + 2 * next)).reinterpretAsShorts();
                    ShortVector s3 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 3 * next)).reinterpretAsShorts();
                    ShortVector u3 = broadcast(I, SEGMENT.get(INT, starts + 8L * (8 * b + c) + 4 + 3 * next)).reinterpretAsShorts();
                    long fields = chunk;
                    long planes = chunk + 8 * LANES;
                    IntVector q;
                    ShortVector v;
                    for (int i = 0; i < 4; i++, planes += 4 * LANES, o += 8, o1 += 8, o2 += 8, o3 += 8) {
                        IntVector high = IntVector.fromMemorySegment(I, SEGMENT, fields + (i >> 1) * 4 * LANES, LITTLE_ENDIAN)
                                .lanewise(LSHR, (i & 1) * 8);
                        q = IntVector.fromMemorySegment(I, SEGMENT, planes, LITTLE_ENDIAN);
                        v = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00300030)).reinterpretAsShorts();
                        s0 = s0.add(v.mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()));
                        s1 = s1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1)).reinterpretAsShorts()));
                        s2 = s2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2)).reinterpretAsShorts()));
                        s3 = s3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3)).reinterpretAsShorts()));
                        v = q.lanewise(LSHR, 4).and(0x000F000F).or(high.lanewise(LSHL, 2).and(0x00300030)).reinterpretAsShorts();
                        u0 = u0.add(v.mul(broadcast(I, SEGMENT.get(INT, o + 32)).reinterpretAsShorts()));
                        u1 = u1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1 + 32)).reinterpretAsShorts()));
                        u2 = u2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2 + 32)).reinterpretAsShorts()));
                        u3 = u3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3 + 32)).reinterpretAsShorts()));
                        v = q.lanewise(LSHR, 8).and(0x000F000F).or(high.and(0x00300030)).reinterpretAsShorts();
                        s0 = s0.add(v.mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts()));
                        s1 = s1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1 + 4)).reinterpretAsShorts()));
                        s2 = s2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2 + 4)).reinterpretAsShorts()));
                        s3 = s3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3 + 4)).reinterpretAsShorts()));
                        v = q.lanewise(LSHR, 12).and(0x000F000F).or(high.lanewise(LSHR, 2).and(0x00300030)).reinterpretAsShorts();
                        u0 = u0.add(v.mul(broadcast(I, SEGMENT.get(INT, o + 36)).reinterpretAsShorts()));
                        u1 = u1.add(v.mul(broadcast(I, SEGMENT.get(INT, o1 + 36)).reinterpretAsShorts()));
                        u2 = u2.add(v.mul(broadcast(I, SEGMENT.get(INT, o2 + 36)).reinterpretAsShorts()));
                        u3 = u3.add(v.mul(broadcast(I, SEGMENT.get(INT, o3 + 36)).reinterpretAsShorts()));
                    }
                    o -= 32;
                    IntVector scale0 = (IntVector) ByteVector.fromMemorySegment(
                                    B_PER_LANE, SEGMENT, p + (2 + 2 * c) * LANES, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0);
                    IntVector scale1 = (IntVector) ByteVector.fromMemorySegment(
                                    B_PER_LANE, SEGMENT, p + (3 + 2 * c) * LANES, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0);
                    IntVector first0 = s0.reinterpretAsInts();
                    first0 = first0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first0.lanewise(ASHR, 16));
                    total0 = total0.add(first0.mul(scale0));
                    IntVector second0 = u0.reinterpretAsInts();
                    second0 = second0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second0.lanewise(ASHR, 16));
                    total0 = total0.add(second0.mul(scale1));
                    IntVector first1 = s1.reinterpretAsInts();
                    first1 = first1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first1.lanewise(ASHR, 16));
                    total1 = total1.add(first1.mul(scale0));
                    IntVector second1 = u1.reinterpretAsInts();
                    second1 = second1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second1.lanewise(ASHR, 16));
                    total1 = total1.add(second1.mul(scale1));
                    IntVector first2 = s2.reinterpretAsInts();
                    first2 = first2.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first2.lanewise(ASHR, 16));
                    total2 = total2.add(first2.mul(scale0));
                    IntVector second2 = u2.reinterpretAsInts();
                    second2 = second2.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second2.lanewise(ASHR, 16));
                    total2 = total2.add(second2.mul(scale1));
                    IntVector first3 = s3.reinterpretAsInts();
                    first3 = first3.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first3.lanewise(ASHR, 16));
                    total3 = total3.add(first3.mul(scale0));
                    IntVector second3 = u3.reinterpretAsInts();
                    second3 = second3.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second3.lanewise(ASHR, 16));
                    total3 = total3.add(second3.mul(scale1));
                }
                float inputScale0 = SEGMENT.get(FLOAT, scales + 4L * b);
                products0 = ((FloatVector) total0.convert(I2F, 0)).fma(scale.mul(inputScale0), products0);
                float inputScale1 = SEGMENT.get(FLOAT, scales + 4L * b + next);
                products1 = ((FloatVector) total1.convert(I2F, 0)).fma(scale.mul(inputScale1), products1);
                float inputScale2 = SEGMENT.get(FLOAT, scales + 4L * b + 2 * next);
                products2 = ((FloatVector) total2.convert(I2F, 0)).fma(scale.mul(inputScale2), products2);
                float inputScale3 = SEGMENT.get(FLOAT, scales + 4L * b + 3 * next);
                products3 = ((FloatVector) total3.convert(I2F, 0)).fma(scale.mul(inputScale3), products3);
            }
            products0.intoArray(y, at + g * LANES);
            products1.intoArray(y, at + stride + g * LANES);
            products2.intoArray(y, at + 2 * stride + g * LANES);
            products3.intoArray(y, at + 3 * stride + g * LANES);
        }
    }
}

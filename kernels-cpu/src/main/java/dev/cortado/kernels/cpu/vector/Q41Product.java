package dev.cortado.kernels.cpu.vector;

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

/**
 * Products of Q4_1. Per block: the sum of nibble times input in 16-bit halves (16 products of at most 15 * 127 fit),
 * and the minimum times the sum of the inputs.
 *
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Q41Product {
    private Q41Product() {}

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
        int[] sums = x.sums32();
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.fromArray(F, y, at + g * LANES);
            for (int k = firstBlock; k < firstBlock + blocks; k++, p += 20 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                FloatVector min = ((IntVector)
                                ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN)
                                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                int o = 16 * k;
                ShortVector s = ShortVector.zero(S);
                ShortVector u = ShortVector.zero(S);
                IntVector q;
                IntVector n;
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 4 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4).and(0x000F000F);
                u = u.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8).and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12).and(0x000F000F);
                u = u.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 8 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4).and(0x000F000F);
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8).and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12).and(0x000F000F);
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 12 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4).and(0x000F000F);
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8).and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12).and(0x000F000F);
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 16 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4).and(0x000F000F);
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8).and(0x000F000F);
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12).and(0x000F000F);
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()));
                IntVector sum = s.add(u).reinterpretAsInts();
                sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
                float inputScale = scales[k];
                products = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(scale.mul(inputScale), products);
                products = FloatVector.broadcast(F, (float) sums[k]).fma(min.mul(inputScale), products);
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
        int[] sums = x.sums32();
        int nextBlock = x.blocks();
        int nextPair = x.columns() / 2;
        int nextRun = x.columns() / 32;
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.fromArray(F, y, at + g * LANES);
            FloatVector products1 = FloatVector.fromArray(F, y, at + stride + g * LANES);
            for (int b = 0; b < blocks; b++, p += 20 * LANES) {
                int k = firstBlock + b;
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                FloatVector min = ((IntVector)
                                ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN)
                                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                int o = 16 * k;
                int o1 = o + nextPair;
                ShortVector s0 = ShortVector.zero(S);
                ShortVector s1 = ShortVector.zero(S);
                IntVector q;
                ShortVector v;
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 4 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 8]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 1]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 9]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 8 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 2]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 10]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 3]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 11]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 12 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 4]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 12]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 5]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 13]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, p + 16 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 6]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 14]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 7]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12).and(0x000F000F).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 15]).reinterpretAsShorts()));
                IntVector sum0 = s0.reinterpretAsInts();
                sum0 = sum0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum0.lanewise(ASHR, 16));
                IntVector sum1 = s1.reinterpretAsInts();
                sum1 = sum1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum1.lanewise(ASHR, 16));
                float inputScale0 = scales[k];
                products0 = ((FloatVector) sum0.convertShape(I2F, F, 0)).fma(scale.mul(inputScale0), products0);
                products0 = FloatVector.broadcast(F, (float) sums[k]).fma(min.mul(inputScale0), products0);
                float inputScale1 = scales[k + nextBlock];
                products1 = ((FloatVector) sum1.convertShape(I2F, F, 0)).fma(scale.mul(inputScale1), products1);
                products1 = FloatVector.broadcast(F, (float) sums[k + nextRun]).fma(min.mul(inputScale1), products1);
            }
            products0.intoArray(y, at + g * LANES);
            products1.intoArray(y, at + stride + g * LANES);
        }
    }
}

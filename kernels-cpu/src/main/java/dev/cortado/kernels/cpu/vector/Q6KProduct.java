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

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products of Q6_K. Runs of 16 weights: nibble positions 0 and 2 belong to the first of two, 1 and 3 to the second.
 * Their 16-bit halves begin with -32 times the sum of their inputs, so that 8 products of at most 63 * 127 end as a sum
 * of (q - 32) times input, which fits; the sums times their scales are added up in 32 bits per block.
 *
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Q6KProduct {
    private Q6KProduct() {}

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
        int[] starts = x.starts16();
        int from = 8 * firstBlock;
        int end = from + 8 * blocks;
        long chunk = weights;
        for (int g = 0; g < groups; g++) {
            IntVector total = IntVector.zero(I);
            for (int c = from; c < end; c++, chunk += 26 * LANES) {
                int o = 16 * c;
                ShortVector s = broadcast(I, starts[2 * c]).reinterpretAsShorts();
                ShortVector u = broadcast(I, starts[2 * c + 1]).reinterpretAsShorts();
                IntVector n;
                IntVector q;
                IntVector high = IntVector.fromMemorySegment(I, SEGMENT, chunk + 2 * LANES, LITTLE_ENDIAN);
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 10 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 2).and(0x00300030));
                u = u.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8).and(0x000F000F).or(high.and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 2).and(0x00300030));
                u = u.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 14 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 6).and(0x00300030));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 8).and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 10).and(0x00300030));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()));
                high = IntVector.fromMemorySegment(I, SEGMENT, chunk + 6 * LANES, LITTLE_ENDIAN);
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 18 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 2).and(0x00300030));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8).and(0x000F000F).or(high.and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 2).and(0x00300030));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 22 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 6).and(0x00300030));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 8).and(0x00300030));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 10).and(0x00300030));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()));
                IntVector scale0 = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk, LITTLE_ENDIAN)
                        .convertShape(B2I, I, 0);
                IntVector scale1 =
                        (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk + LANES, LITTLE_ENDIAN)
                                .convertShape(B2I, I, 0);
                IntVector first = s.reinterpretAsInts();
                first = first.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first.lanewise(ASHR, 16));
                total = first.mul(scale0).add(total);
                IntVector second = u.reinterpretAsInts();
                second = second.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second.lanewise(ASHR, 16));
                total = second.mul(scale1).add(total);
                if ((c & 7) == 7) {
                    FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 26 * LANES, LITTLE_ENDIAN)
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
        int[] starts = x.starts16();
        int from = 8 * firstBlock;
        int end = from + 8 * blocks;
        int nextBlock = x.blocks();
        int nextPair = x.columns() / 2;
        int nextRun = x.columns() / 16;
        long chunk = weights;
        for (int g = 0; g < groups; g++) {
            IntVector total0 = IntVector.zero(I);
            IntVector total1 = IntVector.zero(I);
            for (int c = from; c < end; c++, chunk += 26 * LANES) {
                int o = 16 * c;
                int o1 = o + nextPair;
                ShortVector s0 = broadcast(I, starts[2 * c]).reinterpretAsShorts();
                ShortVector u0 = broadcast(I, starts[2 * c + 1]).reinterpretAsShorts();
                ShortVector s1 = broadcast(I, starts[2 * c + nextRun]).reinterpretAsShorts();
                ShortVector u1 = broadcast(I, starts[2 * c + 1 + nextRun]).reinterpretAsShorts();
                ShortVector v;
                IntVector q;
                IntVector high = IntVector.fromMemorySegment(I, SEGMENT, chunk + 2 * LANES, LITTLE_ENDIAN);
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 10 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00300030)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 2).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 8]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8).and(0x000F000F).or(high.and(0x00300030)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 1]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 2).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 9]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 14 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00300030)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 2]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 6).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 10]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 8).and(0x00300030))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 3]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 10).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 11]).reinterpretAsShorts()));
                high = IntVector.fromMemorySegment(I, SEGMENT, chunk + 6 * LANES, LITTLE_ENDIAN);
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 18 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00300030)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 4]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 2).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 12]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8).and(0x000F000F).or(high.and(0x00300030)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 5]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 2).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 13]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 22 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00300030)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 6]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 6).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 14]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 8).and(0x00300030))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 7]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 10).and(0x00300030))
                        .reinterpretAsShorts();
                u0 = u0.add(v.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()));
                u1 = u1.add(v.mul(broadcast(I, pairs[o1 + 15]).reinterpretAsShorts()));
                IntVector scale0 = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk, LITTLE_ENDIAN)
                        .convertShape(B2I, I, 0);
                IntVector scale1 =
                        (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk + LANES, LITTLE_ENDIAN)
                                .convertShape(B2I, I, 0);
                IntVector first0 = s0.reinterpretAsInts();
                first0 = first0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first0.lanewise(ASHR, 16));
                total0 = first0.mul(scale0).add(total0);
                IntVector second0 = u0.reinterpretAsInts();
                second0 = second0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second0.lanewise(ASHR, 16));
                total0 = second0.mul(scale1).add(total0);
                IntVector first1 = s1.reinterpretAsInts();
                first1 = first1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(first1.lanewise(ASHR, 16));
                total1 = first1.mul(scale0).add(total1);
                IntVector second1 = u1.reinterpretAsInts();
                second1 = second1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(second1.lanewise(ASHR, 16));
                total1 = second1.mul(scale1).add(total1);
                if ((c & 7) == 7) {
                    FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 26 * LANES, LITTLE_ENDIAN)
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

package dev.cortado.kernels.cpu.vector;

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

/**
 * Products of Q5_K. A chunk of 32 weights is summed as in Q5_1; its sum times its scale, and its minimum times the sum
 * of its inputs, are added up in 32 bits per block.
 *
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Q5KProduct {
    private Q5KProduct() {}

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
        int[] starts = x.starts32();
        int from = 8 * firstBlock;
        int end = from + 8 * blocks;
        long chunk = weights;
        for (int g = 0; g < groups; g++) {
            IntVector total = IntVector.zero(I);
            IntVector minSum = IntVector.zero(I);
            for (int c = from; c < end; c++, chunk += 22 * LANES) {
                int o = 16 * c;
                IntVector high = IntVector.fromMemorySegment(I, SEGMENT, chunk + 2 * LANES, LITTLE_ENDIAN);
                ShortVector s = broadcast(I, starts[c]).reinterpretAsShorts();
                ShortVector u = ShortVector.zero(S);
                IntVector q;
                IntVector n;
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 6 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 3).and(0x00100010));
                u = u.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 2).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 1).and(0x00100010));
                u = u.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 10 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 1).and(0x00100010));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 2).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 3).and(0x00100010));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 14 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 5).and(0x00100010));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 6).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 7).and(0x00100010));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 18 * LANES, LITTLE_ENDIAN);
                n = q.and(0x000F000F).or(high.lanewise(LSHR, 8).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 9).and(0x00100010));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 10).and(0x00100010));
                s = s.add(n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()));
                n = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 11).and(0x00100010));
                u = u.add(
                        n.reinterpretAsShorts().mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()));
                IntVector part = s.add(u).reinterpretAsInts();
                part = part.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part.lanewise(ASHR, 16));
                part = part.add(16 * sums[c]);
                IntVector runScale = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, I, 0);
                total = part.mul(runScale).add(total);
                IntVector min =
                        (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk + LANES, LITTLE_ENDIAN)
                                .convertShape(ZERO_EXTEND_B2I, I, 0);
                minSum = min.mul(sums[c]).add(minSum);
                if ((c & 7) == 7) {
                    FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 22 * LANES, LITTLE_ENDIAN)
                                    .convertShape(S2I, I, 0))
                            .lanewise(LSHL, 13)
                            .and(0x8FFFE000)
                            .reinterpretAsFloats()
                            .mul(0x1p112f);
                    FloatVector minScale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 24 * LANES, LITTLE_ENDIAN)
                                    .convertShape(S2I, I, 0))
                            .lanewise(LSHL, 13)
                            .and(0x8FFFE000)
                            .reinterpretAsFloats()
                            .mul(0x1p112f);
                    float inputScale = scales[c >> 3];
                    FloatVector products = ((FloatVector) total.convertShape(I2F, F, 0))
                            .fma(scale.mul(inputScale), FloatVector.fromArray(F, y, at + g * LANES));
                    ((FloatVector) minSum.convertShape(I2F, F, 0))
                            .fma(minScale.mul(-inputScale), products)
                            .intoArray(y, at + g * LANES);
                    total = IntVector.zero(I);
                    minSum = IntVector.zero(I);
                    chunk += 4 * LANES;
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
        int[] sums = x.sums32();
        int[] starts = x.starts32();
        int from = 8 * firstBlock;
        int end = from + 8 * blocks;
        int nextBlock = x.blocks();
        int nextPair = x.columns() / 2;
        int nextRun = x.columns() / 32;
        long chunk = weights;
        for (int g = 0; g < groups; g++) {
            IntVector total0 = IntVector.zero(I);
            IntVector minSum0 = IntVector.zero(I);
            IntVector total1 = IntVector.zero(I);
            IntVector minSum1 = IntVector.zero(I);
            for (int c = from; c < end; c++, chunk += 22 * LANES) {
                int o = 16 * c;
                int o1 = o + nextPair;
                IntVector high = IntVector.fromMemorySegment(I, SEGMENT, chunk + 2 * LANES, LITTLE_ENDIAN);
                ShortVector s0 = broadcast(I, starts[c]).reinterpretAsShorts();
                ShortVector s1 = broadcast(I, starts[c + nextRun]).reinterpretAsShorts();
                IntVector q;
                ShortVector v;
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 6 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHL, 4).and(0x00100010)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 3).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 8]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 2).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 1]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHL, 1).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 9]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 10 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.and(0x00100010)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 2]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 1).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 10]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 2).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 3]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 3).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 11]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 14 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHR, 4).and(0x00100010)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 4]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 5).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 12]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 6).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 5]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 7).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 13]).reinterpretAsShorts()));
                q = IntVector.fromMemorySegment(I, SEGMENT, chunk + 18 * LANES, LITTLE_ENDIAN);
                v = q.and(0x000F000F).or(high.lanewise(LSHR, 8).and(0x00100010)).reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 6]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 4)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 9).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 14]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 8)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 10).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 7]).reinterpretAsShorts()));
                v = q.lanewise(LSHR, 12)
                        .and(0x000F000F)
                        .or(high.lanewise(LSHR, 11).and(0x00100010))
                        .reinterpretAsShorts();
                s0 = s0.add(v.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()));
                s1 = s1.add(v.mul(broadcast(I, pairs[o1 + 15]).reinterpretAsShorts()));
                IntVector part0 = s0.reinterpretAsInts();
                part0 = part0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part0.lanewise(ASHR, 16));
                part0 = part0.add(16 * sums[c]);
                IntVector part1 = s1.reinterpretAsInts();
                part1 = part1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(part1.lanewise(ASHR, 16));
                part1 = part1.add(16 * sums[c + nextRun]);
                IntVector runScale = (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, I, 0);
                total0 = part0.mul(runScale).add(total0);
                total1 = part1.mul(runScale).add(total1);
                IntVector min =
                        (IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, chunk + LANES, LITTLE_ENDIAN)
                                .convertShape(ZERO_EXTEND_B2I, I, 0);
                minSum0 = min.mul(sums[c]).add(minSum0);
                minSum1 = min.mul(sums[c + nextRun]).add(minSum1);
                if ((c & 7) == 7) {
                    FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 22 * LANES, LITTLE_ENDIAN)
                                    .convertShape(S2I, I, 0))
                            .lanewise(LSHL, 13)
                            .and(0x8FFFE000)
                            .reinterpretAsFloats()
                            .mul(0x1p112f);
                    FloatVector minScale = ((IntVector) ShortVector.fromMemorySegment(
                                            S_PER_LANE, SEGMENT, chunk + 24 * LANES, LITTLE_ENDIAN)
                                    .convertShape(S2I, I, 0))
                            .lanewise(LSHL, 13)
                            .and(0x8FFFE000)
                            .reinterpretAsFloats()
                            .mul(0x1p112f);
                    float inputScale0 = scales[c >> 3];
                    FloatVector products0 = ((FloatVector) total0.convertShape(I2F, F, 0))
                            .fma(scale.mul(inputScale0), FloatVector.fromArray(F, y, at + g * LANES));
                    ((FloatVector) minSum0.convertShape(I2F, F, 0))
                            .fma(minScale.mul(-inputScale0), products0)
                            .intoArray(y, at + g * LANES);
                    float inputScale1 = scales[(c >> 3) + nextBlock];
                    FloatVector products1 = ((FloatVector) total1.convertShape(I2F, F, 0))
                            .fma(scale.mul(inputScale1), FloatVector.fromArray(F, y, at + stride + g * LANES));
                    ((FloatVector) minSum1.convertShape(I2F, F, 0))
                            .fma(minScale.mul(-inputScale1), products1)
                            .intoArray(y, at + stride + g * LANES);
                    total0 = IntVector.zero(I);
                    minSum0 = IntVector.zero(I);
                    total1 = IntVector.zero(I);
                    minSum1 = IntVector.zero(I);
                    chunk += 4 * LANES;
                }
            }
        }
    }
}

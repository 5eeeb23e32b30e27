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
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products of Q8_0. The even and the odd bytes of a plane, widened to 16 bits, times their inputs: two products of at
 * most 128 * 127 fit in a half, then the halves are widened and summed apart.
 * The loop counts from 0: with the first block as its first index C2's code took half as long again.
 *
 * @see dev.cortado.kernels.cpu.repack.Layout
 */
final class Q80Product {
    private Q80Product() {}

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
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.fromArray(F, y, at + g * LANES);
            for (int b = 0; b < blocks; b++, p += 34 * LANES) {
                int k = firstBlock + b;
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                int o = 16 * k;
                IntVector low = IntVector.zero(I);
                IntVector high = IntVector.zero(I);
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector t;
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 1]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 6 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 2]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 3]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 10 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 4]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 5]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 14 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 6]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 7]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 18 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 8]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 9]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 22 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 10]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 11]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 26 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 12]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 13]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 30 * LANES, LITTLE_ENDIAN);
                even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                odd = q.lanewise(ASHR, 8);
                t = even.mul(broadcast(I, pairs[o + 14]).reinterpretAsShorts())
                        .add(odd.mul(broadcast(I, pairs[o + 15]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                high = high.add(t.lanewise(ASHR, 16));
                IntVector sum = low.add(high);
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
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.fromArray(F, y, at + g * LANES);
            FloatVector products1 = FloatVector.fromArray(F, y, at + stride + g * LANES);
            for (int b = 0; b < blocks; b++, p += 34 * LANES) {
                int k = firstBlock + b;
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                int o = 16 * k;
                int o1 = o + nextPair;
                IntVector low0 = IntVector.zero(I);
                IntVector high0 = IntVector.zero(I);
                IntVector low1 = IntVector.zero(I);
                IntVector high1 = IntVector.zero(I);
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector t;
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 2 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 6 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 10 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 14 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 18 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 22 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 26 * LANES, LITTLE_ENDIAN);
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
                q = ShortVector.fromMemorySegment(S, SEGMENT, p + 30 * LANES, LITTLE_ENDIAN);
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
                IntVector sum0 = low0.add(high0);
                IntVector sum1 = low1.add(high1);
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

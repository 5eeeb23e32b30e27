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
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Products of Q8_0: weights as {@link dev.cortado.kernels.cpu.repack.Layout} lays them out. */
final class Q80Product {
    private Q80Product() {}

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
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 34 * LANES) {
                FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f);
                long o = pairs + 64L * b;
                IntVector low = IntVector.zero(I);
                IntVector high = IntVector.zero(I);
                long planes = p + 2 * LANES;
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector t;
                for (int i = 0; i < 2; i++, planes += 16 * LANES, o += 32) {
                    q = ShortVector.fromMemorySegment(S, SEGMENT, planes, LITTLE_ENDIAN);
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts())).reinterpretAsInts();
                    low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high = high.add(t.lanewise(ASHR, 16));
                    q = ShortVector.fromMemorySegment(S, SEGMENT, planes + 4 * LANES, LITTLE_ENDIAN);
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o + 8)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 12)).reinterpretAsShorts())).reinterpretAsInts();
                    low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high = high.add(t.lanewise(ASHR, 16));
                    q = ShortVector.fromMemorySegment(S, SEGMENT, planes + 8 * LANES, LITTLE_ENDIAN);
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o + 16)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 20)).reinterpretAsShorts())).reinterpretAsInts();
                    low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high = high.add(t.lanewise(ASHR, 16));
                    q = ShortVector.fromMemorySegment(S, SEGMENT, planes + 12 * LANES, LITTLE_ENDIAN);
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o + 24)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 28)).reinterpretAsShorts())).reinterpretAsInts();
                    low = low.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high = high.add(t.lanewise(ASHR, 16));
                }
                IntVector sum = low.add(high);
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
        long p = weights;
        for (int g = 0; g < groups; g++) {
            FloatVector products0 = FloatVector.zero(F);
            FloatVector products1 = FloatVector.zero(F);
            FloatVector products2 = FloatVector.zero(F);
            FloatVector products3 = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++, p += 34 * LANES) {
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
                IntVector low0 = IntVector.zero(I);
                IntVector high0 = IntVector.zero(I);
                IntVector low1 = IntVector.zero(I);
                IntVector high1 = IntVector.zero(I);
                IntVector low2 = IntVector.zero(I);
                IntVector high2 = IntVector.zero(I);
                IntVector low3 = IntVector.zero(I);
                IntVector high3 = IntVector.zero(I);
                long planes = p + 2 * LANES;
                ShortVector q;
                ShortVector even;
                ShortVector odd;
                IntVector t;
                for (int i = 0; i < 8; i++, planes += 4 * LANES, o += 8, o1 += 8, o2 += 8, o3 += 8) {
                    q = ShortVector.fromMemorySegment(S, SEGMENT, planes, LITTLE_ENDIAN);
                    even = q.lanewise(LSHL, 8).lanewise(ASHR, 8);
                    odd = q.lanewise(ASHR, 8);
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o + 4)).reinterpretAsShorts())).reinterpretAsInts();
                    low0 = low0.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high0 = high0.add(t.lanewise(ASHR, 16));
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o1)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o1 + 4)).reinterpretAsShorts())).reinterpretAsInts();
                    low1 = low1.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high1 = high1.add(t.lanewise(ASHR, 16));
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o2)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o2 + 4)).reinterpretAsShorts())).reinterpretAsInts();
                    low2 = low2.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high2 = high2.add(t.lanewise(ASHR, 16));
                    t = even.mul(broadcast(I, SEGMENT.get(INT, o3)).reinterpretAsShorts()).add(odd.mul(broadcast(I, SEGMENT.get(INT, o3 + 4)).reinterpretAsShorts())).reinterpretAsInts();
                    low3 = low3.add(t.lanewise(LSHL, 16).lanewise(ASHR, 16));
                    high3 = high3.add(t.lanewise(ASHR, 16));
                }
                IntVector sum0 = low0.add(high0);
                IntVector sum1 = low1.add(high1);
                IntVector sum2 = low2.add(high2);
                IntVector sum3 = low3.add(high3);
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

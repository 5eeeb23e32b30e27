package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.weights.QuantizedRows.ROUNDER;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Quantises inputs; see {@link dev.cortado.kernels.cpu.weights.Quantizer}. Two vectors of values 4i, 4i + 1, 4i + 2 and
 * 4i + 3 become one of pairs: its low halves are values 4i and 4i + 1, its high halves the other two.
 */
final class VectorQuantizer {
    private static final VectorShuffle<Integer> FIRST = pick(0);
    private static final VectorShuffle<Integer> SECOND = pick(2);
    /** Lanes that come from the second of two vectors. */
    private static final VectorMask<Integer> UPPER = I.indexInRange(0, LANES / 2).not();

    private VectorQuantizer() {}

    /** Lane 2i and 2i + 1 are lanes 4i + offset and the next of a vector, in both halves of the result. */
    private static VectorShuffle<Integer> pick(int offset) {
        return VectorShuffle.fromOp(I, i -> i % (LANES / 2) / 2 * 4 + i % 2 + offset);
    }

    /** See {@link dev.cortado.kernels.cpu.weights.Quantizer}. */
    static void quantize(QuantizedRows rows, int token, float[] x, int at) {
        int block = rows.block();
        int columns = rows.columns();
        float[] scales = rows.scales();
        int[] pairs = rows.pairs();
        int to = token * columns / 2;
        for (int b = 0; b < columns; b += block) {
            IntVector magnitudes = IntVector.zero(I);
            for (int i = at + b; i < at + b + block; i += LANES) {
                IntVector bits = FloatVector.fromArray(F, x, i).reinterpretAsInts();
                magnitudes = magnitudes.max(bits.and(Integer.MAX_VALUE));
            }
            float largest = Float.intBitsToFloat(magnitudes.reduceLanes(MAX));
            scales[(token * columns + b) / block] = QuantizedRows.scale(largest);
            float inverse = QuantizedRows.inverse(largest);
            for (int i = at + b; i < at + b + block; i += 2 * LANES, to += LANES) {
                IntVector p = FloatVector.fromArray(F, x, i)
                        .mul(inverse)
                        .add(ROUNDER)
                        .reinterpretAsInts();
                IntVector q = FloatVector.fromArray(F, x, i + LANES)
                        .mul(inverse)
                        .add(ROUNDER)
                        .reinterpretAsInts();
                IntVector low = p.rearrange(FIRST).blend(q.rearrange(FIRST), UPPER);
                IntVector high = p.rearrange(SECOND).blend(q.rearrange(SECOND), UPPER);
                low.and(0xFFFF).or(high.lanewise(LSHL, 16)).intoArray(pairs, to);
            }
        }
        rows.sum(token);
    }
}

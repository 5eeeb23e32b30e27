package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * F16 rows: a half becomes a float by moving its bits and scaling by 2^112; see {@link
 * dev.cortado.kernels.cpu.weights.RowProduct}.
 */
final class F16RowProduct {
    private F16RowProduct() {}

    static float multiply(long weights, int columns, float[] x, int at, float[] sums) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int whole = columns & -(4 * LANES);
        long w = weights;
        for (int k = 0; k < whole; k += 4 * LANES, w += 8 * LANES) {
            a = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromArray(F, x, at + k), a);
            b = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 2 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromArray(F, x, at + k + LANES), b);
            c = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 4 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromArray(F, x, at + k + 2 * LANES), c);
            d = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, w + 6 * LANES, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f)
                    .fma(FloatVector.fromArray(F, x, at + k + 3 * LANES), d);
        }
        a.add(b).add(c.add(d)).intoArray(sums, 0);
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[i] += sums[half + i];
            }
        }
        float sum = sums[0];
        for (int k = whole; k < columns; k++) {
            sum = Math.fma(getHalf(weights + 2L * k), x[at + k], sum);
        }
        return sum;
    }
}

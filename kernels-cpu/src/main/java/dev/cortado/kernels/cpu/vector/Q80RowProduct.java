package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_SHORT;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.cortado.kernels.cpu.weights.QuantizedRows;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Rows of Q8_0 as the file has them. Bytes become halves that are multiplied with the inputs in their order; of every 2
 * L weights of a block, lane l sums the products of number 2l and 2l + 1. The only sum across lanes is at a row's end.
 *
 * @see dev.cortado.kernels.cpu.weights.QuantizedRows#inOrder
 */
final class Q80RowProduct {
    private Q80RowProduct() {}

    /** One token; see {@link dev.cortado.kernels.cpu.weights.Product}. */
    static void one(
            long weights,
            int rows,
            int blocks,
            QuantizedRows x,
            int token,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        int[] values = x.inOrder();
        float[] scales = x.scales();
        float[] sums = scratch.sums;
        int firstBlock = token * blocks;
        int firstInput = 16 * firstBlock;
        long row = weights;
        for (int r = 0; r < rows; r++, row += 34L * blocks) {
            FloatVector products = FloatVector.zero(F);
            for (int b = 0; b < blocks; b++) {
                long p = row + 34L * b;
                int k = firstBlock + b;
                int o = firstInput + 16 * b;
                IntVector sum = IntVector.zero(I);
                for (int i = 0; i < 32; i += 2 * LANES, o += LANES) {
                    ShortVector q = (ShortVector)
                            ByteVector.fromMemorySegment(B_PER_SHORT, SEGMENT, p + 2 + i, LITTLE_ENDIAN)
                                    .convertShape(B2S, S, 0);
                    IntVector pairs = q.mul(IntVector.fromArray(I, values, o).reinterpretAsShorts())
                            .reinterpretAsInts();
                    sum = sum.add(pairs.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pairs.lanewise(ASHR, 16));
                }
                float scale = getHalf(p) * scales[k];
                products = ((FloatVector) sum.convert(I2F, 0)).fma(FloatVector.broadcast(F, scale), products);
            }
            products.intoArray(sums, 0);
            y[at + r] = LaneSum.of(sums, 0);
        }
    }
}

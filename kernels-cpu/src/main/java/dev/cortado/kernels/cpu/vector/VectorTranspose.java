package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.LANES;

import dev.cortado.kernels.cpu.weights.Panel;
import dev.cortado.kernels.cpu.weights.Transpose;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Squares of as many rows as a vector has lanes are transposed bit by bit of the index (Eklundh 1972): the step for
 * distance d exchanges lanes with bit d set in row i for lanes without it in row i + d.
 */
public final class VectorTranspose implements Transpose {
    private static final VectorShuffle<Float> SWAP_8 = swap(8);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorMask<Float> HAS_8 = has(8);
    private static final VectorMask<Float> HAS_4 = has(4);
    private static final VectorMask<Float> HAS_2 = has(2);
    private static final VectorMask<Float> HAS_1 = has(1);

    /** Stateless. */
    public VectorTranspose() {}

    @Override
    public void apply(float[] lines, int depth, float[] panel, int at, float[] room) {
        int whole = depth / LANES * LANES;
        for (int row = 0; row < Panel.ROWS; row += LANES) {
            for (int column = 0; column < whole; column += LANES) {
                for (int i = 0; i < LANES; i++) {
                    FloatVector.fromArray(F, lines, (row + i) * depth + column).intoArray(room, i * LANES);
                }
                if (LANES > 8) {
                    exchange(8, SWAP_8, HAS_8, room);
                }
                if (LANES > 4) {
                    exchange(4, SWAP_4, HAS_4, room);
                }
                exchange(2, SWAP_2, HAS_2, room);
                exchange(1, SWAP_1, HAS_1, room);
                for (int i = 0; i < LANES; i++) {
                    FloatVector.fromArray(F, room, i * LANES).intoArray(panel, at + (column + i) * Panel.ROWS + row);
                }
            }
        }
        Transpose.plain(lines, depth, whole, panel, at);
    }

    private static void exchange(int d, VectorShuffle<Float> swap, VectorMask<Float> has, float[] room) {
        for (int k = 0; k < LANES / 2; k++) {
            int i = (k / d * 2 * d + k % d) * LANES;
            FloatVector a = FloatVector.fromArray(F, room, i);
            FloatVector b = FloatVector.fromArray(F, room, i + d * LANES);
            a.blend(b.rearrange(swap), has).intoArray(room, i);
            a.rearrange(swap).blend(b, has).intoArray(room, i + d * LANES);
        }
    }

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(F, lane -> distance < LANES ? lane ^ distance : lane);
    }

    private static VectorMask<Float> has(int bit) {
        return VectorMask.fromLong(F, bit == 1 ? 0xAAAA : bit == 2 ? 0xCCCC : bit == 4 ? 0xF0F0 : 0xFF00);
    }
}

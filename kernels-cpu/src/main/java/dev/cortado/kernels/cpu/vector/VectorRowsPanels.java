package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.Panel;
import dev.cortado.kernels.cpu.weights.RowsPanel;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of F32, F16 and BF16 as panels, transposed as ints: two weights of 16 bits stay together and part in the end.
 * First four ints of each row go, as one piece, to where rows r, r + 4, r + 8 and r + 12 lie side by side, in any width
 * of vectors. What is left are squares of four by four within the pieces of four vectors, transposed bit by bit of the
 * index (Eklundh 1972): the step for distance d exchanges ints with bit d set in row i for ints without it in row i + d.
 */
public final class VectorRowsPanels {
    private static final VectorSpecies<Integer> PIECE = IntVector.SPECIES_128;

    private static final int ROWS = Panel.ROWS;
    private static final VectorShuffle<Integer> SWAP_2 = VectorShuffle.fromOp(I, lane -> lane ^ 2);
    private static final VectorShuffle<Integer> SWAP_1 = VectorShuffle.fromOp(I, lane -> lane ^ 1);
    private static final VectorMask<Integer> HAS_2 = VectorMask.fromLong(I, 0xCCCC);
    private static final VectorMask<Integer> HAS_1 = VectorMask.fromLong(I, 0xAAAA);

    private VectorRowsPanels() {}

    /** The panels of a floating-point type. */
    public static RowsPanel of(TensorType type) {
        int weightsOfInt = type == TensorType.F32 ? 1 : 2;
        return (weights, stride, rows, depth, panel, at, scratch) -> {
            int whole = depth & -4 * weightsOfInt;
            int ints = whole / weightsOfInt;
            int[] room = scratch.ints(ints * ROWS);
            gather(weights, stride, rows, ints, room);
            switch (type) {
                case F32 -> words(room, ints, panel, at);
                case F16 -> halves(room, ints, 3, 0x8FFFE000, 0x1p112f, panel, at);
                case BF16 -> halves(room, ints, 0, 0xFFFF0000, 1, panel, at);
                default -> throw new IllegalArgumentException(type + " is no floating-point type");
            }
            if (whole < depth) {
                RowsPanel.plain(type, weights, stride, rows, whole, depth, panel, at);
            }
        };
    }

    /** Ints 4 i to 4 i + 3 of row r go to {@code room[(4 i + r % 4) * ROWS + r / 4 * 4...]}. */
    private static void gather(long weights, long stride, int rows, int ints, int[] room) {
        if (rows < ROWS) {
            Arrays.fill(room, 0, ints * ROWS, 0);
        }
        for (int r = 0; r < rows; r++) {
            long row = weights + r * stride;
            for (int i = 0, to = r % 4 * ROWS + r / 4 * 4; i < ints; i += 4, to += 4 * ROWS) {
                IntVector.fromMemorySegment(PIECE, SEGMENT, row + 4L * i, LITTLE_ENDIAN)
                        .intoArray(room, to);
            }
        }
    }

    private static void words(int[] room, int ints, float[] panel, int at) {
        for (int i = 0; i < ints * ROWS; i += 4 * ROWS) {
            for (int from = i, to = at + i; from < i + ROWS; from += LANES, to += LANES) {
                IntVector a = IntVector.fromArray(I, room, from);
                IntVector b = IntVector.fromArray(I, room, from + ROWS);
                IntVector c = IntVector.fromArray(I, room, from + 2 * ROWS);
                IntVector d = IntVector.fromArray(I, room, from + 3 * ROWS);
                IntVector ac = a.blend(c.rearrange(SWAP_2), HAS_2);
                IntVector ca = a.rearrange(SWAP_2).blend(c, HAS_2);
                IntVector bd = b.blend(d.rearrange(SWAP_2), HAS_2);
                IntVector db = b.rearrange(SWAP_2).blend(d, HAS_2);
                ac.blend(bd.rearrange(SWAP_1), HAS_1).reinterpretAsFloats().intoArray(panel, to);
                ac.rearrange(SWAP_1).blend(bd, HAS_1).reinterpretAsFloats().intoArray(panel, to + ROWS);
                ca.blend(db.rearrange(SWAP_1), HAS_1).reinterpretAsFloats().intoArray(panel, to + 2 * ROWS);
                ca.rearrange(SWAP_1).blend(db, HAS_1).reinterpretAsFloats().intoArray(panel, to + 3 * ROWS);
            }
        }
    }

    /** A float is {@code factor} times the bits of a half, {@code shift} places down from the top, that are in {@code mask}. */
    private static void halves(int[] room, int ints, int shift, int mask, float factor, float[] panel, int at) {
        for (int i = 0; i < ints * ROWS; i += 4 * ROWS) {
            for (int from = i, to = at + 2 * i; from < i + ROWS; from += LANES, to += LANES) {
                IntVector a = IntVector.fromArray(I, room, from);
                IntVector b = IntVector.fromArray(I, room, from + ROWS);
                IntVector c = IntVector.fromArray(I, room, from + 2 * ROWS);
                IntVector d = IntVector.fromArray(I, room, from + 3 * ROWS);
                IntVector ac = a.blend(c.rearrange(SWAP_2), HAS_2);
                IntVector ca = a.rearrange(SWAP_2).blend(c, HAS_2);
                IntVector bd = b.blend(d.rearrange(SWAP_2), HAS_2);
                IntVector db = b.rearrange(SWAP_2).blend(d, HAS_2);
                IntVector pair = ac.blend(bd.rearrange(SWAP_1), HAS_1);
                pair.lanewise(LSHL, 16)
                        .lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to);
                pair.lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + ROWS);
                pair = ac.rearrange(SWAP_1).blend(bd, HAS_1);
                pair.lanewise(LSHL, 16)
                        .lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + 2 * ROWS);
                pair.lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + 3 * ROWS);
                pair = ca.blend(db.rearrange(SWAP_1), HAS_1);
                pair.lanewise(LSHL, 16)
                        .lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + 4 * ROWS);
                pair.lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + 5 * ROWS);
                pair = ca.rearrange(SWAP_1).blend(db, HAS_1);
                pair.lanewise(LSHL, 16)
                        .lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + 6 * ROWS);
                pair.lanewise(ASHR, shift)
                        .and(mask)
                        .reinterpretAsFloats()
                        .mul(factor)
                        .intoArray(panel, to + 7 * ROWS);
            }
        }
    }
}

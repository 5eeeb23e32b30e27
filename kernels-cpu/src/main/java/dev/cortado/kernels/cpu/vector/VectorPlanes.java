package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.B_PER_LANE;
import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.Panel;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Reads the planes of a {@link dev.cortado.kernels.cpu.repack.Layout}, all lanes at once: weights to {@code q[at +
 * weight * LANES + lane]} or, two an int, to {@code pairs[at + pair * ROWS + lane]}; scales to arrays of [run][lane].
 * The steps of a type meet in arrays that stay in the L1 cache, because a vector that crosses a call may become an
 * object.
 */
final class VectorPlanes {
    /** Lanes from one pair, or one run, to the next. */
    private static final int ROWS = IntegerPanel.ROWS;

    private VectorPlanes() {}

    /** A chunk's nibbles less {@code zero}, in pairs. */
    static void nibbles(long planes, int zero, int[] pairs, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int p = at + 2 * ROWS * i;
            n
                    .and(0x000F000F)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p);
            n.lanewise(LSHR, 4)
                    .and(0x000F000F)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 8 * ROWS);
            n.lanewise(LSHR, 8)
                    .and(0x000F000F)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p + ROWS);
            n.lanewise(LSHR, 12)
                    .and(0x000F000F)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 9 * ROWS);
        }
    }

    /** A chunk's nibbles, in pairs, through a table of 16 bytes that {@link Lookup} repeats. */
    static void tablePairs(long planes, ByteVector table, int[] pairs, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int p = at + 2 * ROWS * i;
            ShortVector low =
                    n.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsShorts();
            low.lanewise(LSHL, 8).lanewise(ASHR, 8).reinterpretAsInts().intoArray(pairs, p);
            low.lanewise(ASHR, 8).reinterpretAsInts().intoArray(pairs, p + ROWS);
            ShortVector high = n.lanewise(LSHR, 4)
                    .and(0x0F0F0F0F)
                    .reinterpretAsBytes()
                    .selectFrom(table)
                    .reinterpretAsShorts();
            high.lanewise(LSHL, 8).lanewise(ASHR, 8).reinterpretAsInts().intoArray(pairs, p + 8 * ROWS);
            high.lanewise(ASHR, 8).reinterpretAsInts().intoArray(pairs, p + 9 * ROWS);
        }
    }

    /** A chunk's nibbles through a table of 16 bytes that {@link Lookup} repeats. */
    static void table(long planes, ByteVector table, int[] q, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int k = at + 4 * LANES * i;
            // by way of shorts, which all others become ints from: see VectorExponentials.exp
            IntVector low = n.and(0x0F0F0F0F)
                    .reinterpretAsBytes()
                    .selectFrom(table)
                    .reinterpretAsShorts()
                    .reinterpretAsInts();
            low.lanewise(LSHL, 24).lanewise(ASHR, 24).intoArray(q, k);
            low.lanewise(LSHL, 16).lanewise(ASHR, 24).intoArray(q, k + LANES);
            low.lanewise(LSHL, 8).lanewise(ASHR, 24).intoArray(q, k + 2 * LANES);
            low.lanewise(ASHR, 24).intoArray(q, k + 3 * LANES);
            IntVector high = n.lanewise(LSHR, 4)
                    .and(0x0F0F0F0F)
                    .reinterpretAsBytes()
                    .selectFrom(table)
                    .reinterpretAsShorts()
                    .reinterpretAsInts();
            high.lanewise(LSHL, 24).lanewise(ASHR, 24).intoArray(q, k + 16 * LANES);
            high.lanewise(LSHL, 16).lanewise(ASHR, 24).intoArray(q, k + 17 * LANES);
            high.lanewise(LSHL, 8).lanewise(ASHR, 24).intoArray(q, k + 18 * LANES);
            high.lanewise(ASHR, 24).intoArray(q, k + 19 * LANES);
        }
    }

    /** Adds a chunk's fifth bits, shifted left, to its pairs. */
    static void addFifthBits(long plane, int shift, int[] pairs, int at) {
        IntVector all = IntVector.fromMemorySegment(I, SEGMENT, plane, LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
            IntVector n = all.lanewise(LSHR, 4 * i);
            int p = at + 2 * ROWS * i;
            n
                    .and(0x00010001)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p);
            n.lanewise(LSHR, 1)
                    .and(0x00010001)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p + 8 * ROWS).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 8 * ROWS);
            n.lanewise(LSHR, 2)
                    .and(0x00010001)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p + ROWS).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p + ROWS);
            n.lanewise(LSHR, 3)
                    .and(0x00010001)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p + 9 * ROWS).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 9 * ROWS);
        }
    }

    /** Adds a chunk's fields of two bits, shifted left, to its pairs. */
    static void addTwoBits(long planes, int shift, int[] pairs, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * (i >> 1), LITTLE_ENDIAN)
                    .lanewise(LSHR, 8 * (i & 1));
            int p = at + 2 * ROWS * i;
            n
                    .and(0x00030003)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p);
            n.lanewise(LSHR, 2)
                    .and(0x00030003)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p + 8 * ROWS).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 8 * ROWS);
            n.lanewise(LSHR, 4)
                    .and(0x00030003)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p + ROWS).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p + ROWS);
            n.lanewise(LSHR, 6)
                    .and(0x00030003)
                    .lanewise(LSHL, shift)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, pairs, p + 9 * ROWS).reinterpretAsShorts())
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 9 * ROWS);
        }
    }

    /** A chunk's fields of two bits less {@code zero}, in pairs. */
    static void twoBits(long planes, int zero, int[] pairs, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * (i >> 1), LITTLE_ENDIAN)
                    .lanewise(LSHR, 8 * (i & 1));
            int p = at + 2 * ROWS * i;
            n
                    .and(0x00030003)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p);
            n.lanewise(LSHR, 2)
                    .and(0x00030003)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 8 * ROWS);
            n.lanewise(LSHR, 4)
                    .and(0x00030003)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p + ROWS);
            n.lanewise(LSHR, 6)
                    .and(0x00030003)
                    .reinterpretAsShorts()
                    .sub((short) zero)
                    .reinterpretAsInts()
                    .intoArray(pairs, p + 9 * ROWS);
        }
    }

    /** {@code out[at...]} = a plane of halves. */
    static void halves(long plane, float[] out, int at) {
        ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, plane, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                .lanewise(LSHL, 13)
                .and(0x8FFFE000)
                .reinterpretAsFloats()
                .mul(0x1p112f)
                .intoArray(out, at);
    }

    /**
     * {@code out[at + j * ROWS...]} = a plane of halves times plane j of signed bytes: {@code runs} planes (1 or 2) side by
     * side in each of 8 chunks.
     */
    static void halvesTimesBytes(long plane, long bytes, long chunk, int runs, float[] out, int at) {
        halvesTimesBits(plane, bytes, chunk, runs, 0, -1, 1, out, at);
    }

    /** As {@link #halvesTimesBytes}, with {@code sign} (1 or -1) times {@code byte >> shift & mask} for each byte. */
    static void halvesTimesBits(
            long plane,
            long bytes,
            long chunk,
            int runs,
            int shift,
            int mask,
            float sign,
            float[] out,
            int at) {
        FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, plane, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                .lanewise(LSHL, 13)
                .and(0x8FFFE000)
                .reinterpretAsFloats()
                .mul(sign * 0x1p112f);
        for (int j = 0; j < 8 * runs; j++) {
            long p = bytes + j / runs * chunk + j % runs * LANES;
            IntVector b = ((IntVector) ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, p, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(ASHR, shift)
                    .and(mask);
            scale.mul(b.convertShape(I2F, F, 0)).intoArray(out, at + j * ROWS);
        }
    }

    /** {@code offsets[at + j * ROWS...] += zero * factors}, for {@code runs} runs. */
    static void addZeros(float zero, int runs, float[] factors, float[] offsets, int at) {
        for (int j = 0, to = at; j < runs; j++, to += ROWS) {
            FloatVector.fromArray(F, factors, to)
                    .mul(zero)
                    .add(FloatVector.fromArray(F, offsets, to))
                    .intoArray(offsets, to);
        }
    }

    /** {@code panel} = a plane of halves times 32 weights, which are signed bytes, four to a lane. */
    static void halvesTimesWeights(long plane, long planes, float[] panel, int at) {
        FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, plane, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                .lanewise(LSHL, 13)
                .and(0x8FFFE000)
                .reinterpretAsFloats()
                .mul(0x1p112f);
        for (int i = 0; i < 8; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int to = at + 4 * Panel.ROWS * i;
            scale.mul(n.lanewise(LSHL, 24).lanewise(ASHR, 24).convertShape(I2F, F, 0)).intoArray(panel, to);
            scale.mul(n.lanewise(LSHL, 16).lanewise(ASHR, 24).convertShape(I2F, F, 0)).intoArray(panel, to + Panel.ROWS);
            scale.mul(n.lanewise(LSHL, 8).lanewise(ASHR, 24).convertShape(I2F, F, 0)).intoArray(panel, to + 2 * Panel.ROWS);
            scale.mul(n.lanewise(ASHR, 24).convertShape(I2F, F, 0)).intoArray(panel, to + 3 * Panel.ROWS);
        }
    }

    /** {@code panel} = factors * q, for {@code runs} runs of 32 weights. */
    static void scale(int[] q, int runs, float[] factors, float[] panel, int at) {
        for (int j = 0; j < runs; j++) {
            FloatVector factor = FloatVector.fromArray(F, factors, j * ROWS);
            for (int k = 32 * j; k < 32 * (j + 1); k++) {
                factor.mul(IntVector.fromArray(I, q, k * LANES).convertShape(I2F, F, 0)).intoArray(panel, at + k * Panel.ROWS);
            }
        }
    }
}

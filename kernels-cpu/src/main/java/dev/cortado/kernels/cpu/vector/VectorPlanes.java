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

import dev.cortado.kernels.cpu.weights.Panel;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Reads the planes of a {@link dev.cortado.kernels.cpu.repack.Layout}, all lanes at once: integer weights to {@code
 * q[at + weight * LANES + lane]}, scales to arrays of [run][lane]. The steps of a type meet in arrays that stay in the
 * L1 cache, because a vector that crosses a call may become an object.
 */
final class VectorPlanes {
    private VectorPlanes() {}

    /** A chunk's nibbles. */
    static void nibbles(long planes, int[] q, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int k = at + 4 * LANES * i;
            n.and(15).intoArray(q, k);
            n.lanewise(LSHR, 8).and(15).intoArray(q, k + LANES);
            n.lanewise(LSHR, 16).and(15).intoArray(q, k + 2 * LANES);
            n.lanewise(LSHR, 24).and(15).intoArray(q, k + 3 * LANES);
            n.lanewise(LSHR, 4).and(15).intoArray(q, k + 16 * LANES);
            n.lanewise(LSHR, 12).and(15).intoArray(q, k + 17 * LANES);
            n.lanewise(LSHR, 20).and(15).intoArray(q, k + 18 * LANES);
            n.lanewise(LSHR, 28).intoArray(q, k + 19 * LANES);
        }
    }

    /** A chunk's nibbles through a table of 16 bytes that {@link Lookup} repeats. */
    static void table(long planes, ByteVector table, int[] q, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int k = at + 4 * LANES * i;
            IntVector low =
                    n.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(table).reinterpretAsInts();
            low.lanewise(LSHL, 24).lanewise(ASHR, 24).intoArray(q, k);
            low.lanewise(LSHL, 16).lanewise(ASHR, 24).intoArray(q, k + LANES);
            low.lanewise(LSHL, 8).lanewise(ASHR, 24).intoArray(q, k + 2 * LANES);
            low.lanewise(ASHR, 24).intoArray(q, k + 3 * LANES);
            IntVector high = n.lanewise(LSHR, 4)
                    .and(0x0F0F0F0F)
                    .reinterpretAsBytes()
                    .selectFrom(table)
                    .reinterpretAsInts();
            high.lanewise(LSHL, 24).lanewise(ASHR, 24).intoArray(q, k + 16 * LANES);
            high.lanewise(LSHL, 16).lanewise(ASHR, 24).intoArray(q, k + 17 * LANES);
            high.lanewise(LSHL, 8).lanewise(ASHR, 24).intoArray(q, k + 18 * LANES);
            high.lanewise(ASHR, 24).intoArray(q, k + 19 * LANES);
        }
    }

    /** A chunk's signed bytes, four to a lane. */
    static void bytes(long planes, int[] q, int at) {
        for (int i = 0; i < 8; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * i, LITTLE_ENDIAN);
            int k = at + 4 * LANES * i;
            n.lanewise(LSHL, 24).lanewise(ASHR, 24).intoArray(q, k);
            n.lanewise(LSHL, 16).lanewise(ASHR, 24).intoArray(q, k + LANES);
            n.lanewise(LSHL, 8).lanewise(ASHR, 24).intoArray(q, k + 2 * LANES);
            n.lanewise(ASHR, 24).intoArray(q, k + 3 * LANES);
        }
    }

    /** Adds a chunk's fifth bits, shifted left. */
    static void addFifthBits(long plane, int shift, int[] q, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, plane, LITTLE_ENDIAN)
                    .lanewise(LSHR, 4 * i);
            int k = at + 4 * LANES * i;
            n.and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k))
                    .intoArray(q, k);
            n.lanewise(LSHR, 1).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 16 * LANES))
                    .intoArray(q, k + 16 * LANES);
            n.lanewise(LSHR, 2).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + LANES))
                    .intoArray(q, k + LANES);
            n.lanewise(LSHR, 3).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 17 * LANES))
                    .intoArray(q, k + 17 * LANES);
            n.lanewise(LSHR, 16).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 2 * LANES))
                    .intoArray(q, k + 2 * LANES);
            n.lanewise(LSHR, 17).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 18 * LANES))
                    .intoArray(q, k + 18 * LANES);
            n.lanewise(LSHR, 18).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 3 * LANES))
                    .intoArray(q, k + 3 * LANES);
            n.lanewise(LSHR, 19).and(1)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 19 * LANES))
                    .intoArray(q, k + 19 * LANES);
        }
    }

    /** A chunk's fields of two bits. */
    static void twoBits(long planes, int[] q, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * (i >> 1), LITTLE_ENDIAN)
                    .lanewise(LSHR, 8 * (i & 1));
            int k = at + 4 * LANES * i;
            n.and(3).intoArray(q, k);
            n.lanewise(LSHR, 4).and(3).intoArray(q, k + LANES);
            n.lanewise(LSHR, 16).and(3).intoArray(q, k + 2 * LANES);
            n.lanewise(LSHR, 20).and(3).intoArray(q, k + 3 * LANES);
            n.lanewise(LSHR, 2).and(3).intoArray(q, k + 16 * LANES);
            n.lanewise(LSHR, 6).and(3).intoArray(q, k + 17 * LANES);
            n.lanewise(LSHR, 18).and(3).intoArray(q, k + 18 * LANES);
            n.lanewise(LSHR, 22).and(3).intoArray(q, k + 19 * LANES);
        }
    }

    /** Adds a chunk's fields of two bits, shifted left. */
    static void addTwoBits(long planes, int shift, int[] q, int at) {
        for (int i = 0; i < 4; i++) {
            IntVector n = IntVector.fromMemorySegment(I, SEGMENT, planes + 4L * LANES * (i >> 1), LITTLE_ENDIAN)
                    .lanewise(LSHR, 8 * (i & 1));
            int k = at + 4 * LANES * i;
            n.and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k))
                    .intoArray(q, k);
            n.lanewise(LSHR, 2).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 16 * LANES))
                    .intoArray(q, k + 16 * LANES);
            n.lanewise(LSHR, 4).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + LANES))
                    .intoArray(q, k + LANES);
            n.lanewise(LSHR, 6).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 17 * LANES))
                    .intoArray(q, k + 17 * LANES);
            n.lanewise(LSHR, 16).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 2 * LANES))
                    .intoArray(q, k + 2 * LANES);
            n.lanewise(LSHR, 18).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 18 * LANES))
                    .intoArray(q, k + 18 * LANES);
            n.lanewise(LSHR, 20).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 3 * LANES))
                    .intoArray(q, k + 3 * LANES);
            n.lanewise(LSHR, 22).and(3)
                    .lanewise(LSHL, shift)
                    .add(IntVector.fromArray(I, q, k + 19 * LANES))
                    .intoArray(q, k + 19 * LANES);
        }
    }

    /** {@code out} = sign (1 or -1) times a plane of halves. */
    static void halves(long plane, float sign, float[] out) {
        ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, plane, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                .lanewise(LSHL, 13)
                .and(0x8FFFE000)
                .reinterpretAsFloats()
                .mul(sign * 0x1p112f)
                .intoArray(out, 0);
    }

    /** {@code out} = a plane of halves times each of {@code runs} planes of signed bytes. */
    static void halvesTimesBytes(long plane, long bytes, int runs, float[] out) {
        halvesTimesBits(plane, bytes, runs, 0, -1, out);
    }

    /** {@code out} = a plane of halves times {@code byte >> shift & mask} of each of {@code runs} planes of bytes. */
    static void halvesTimesBits(long plane, long bytes, int runs, int shift, int mask, float[] out) {
        FloatVector scale = ((IntVector) ShortVector.fromMemorySegment(S_PER_LANE, SEGMENT, plane, LITTLE_ENDIAN)
                        .convertShape(S2I, I, 0))
                .lanewise(LSHL, 13)
                .and(0x8FFFE000)
                .reinterpretAsFloats()
                .mul(0x1p112f);
        for (int j = 0; j < runs; j++) {
            IntVector b = ((IntVector)
                            ByteVector.fromMemorySegment(B_PER_LANE, SEGMENT, bytes + (long) j * LANES, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(ASHR, shift)
                    .and(mask);
            scale.mul(b.convert(I2F, 0)).intoArray(out, j * LANES);
        }
    }

    /** {@code panel} = factors * (q - zero), for {@code runs} runs of {@code run} weights. */
    static void scale(
            int[] q, int zero, int runs, int run, float[] factors, float[] panel, int at) {
        for (int j = 0; j < runs; j++) {
            FloatVector factor = FloatVector.fromArray(F, factors, j * LANES);
            for (int k = j * run; k < (j + 1) * run; k++) {
                factor.mul(IntVector.fromArray(I, q, k * LANES).sub(zero).convert(I2F, 0))
                        .intoArray(panel, at + k * Panel.ROWS);
            }
        }
    }

    /** {@code panel} = factors * q - offsets, for {@code runs} runs of {@code run} weights. */
    static void scale(
            int[] q, int runs, int run, float[] factors, float[] offsets, float[] panel, int at) {
        for (int j = 0; j < runs; j++) {
            FloatVector factor = FloatVector.fromArray(F, factors, j * LANES);
            FloatVector offset = FloatVector.fromArray(F, offsets, j * LANES);
            for (int k = j * run; k < (j + 1) * run; k++) {
                factor.mul(IntVector.fromArray(I, q, k * LANES).convert(I2F, 0))
                        .sub(offset)
                        .intoArray(panel, at + k * Panel.ROWS);
            }
        }
    }
}

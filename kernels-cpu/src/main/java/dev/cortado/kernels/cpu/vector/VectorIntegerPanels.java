package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.LANES;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.memory.AllMemory;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.repack.Tables;
import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.IntegerPanel.Room;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;

/**
 * The panels of integers by type: which planes a group-block has, as {@link Layout#unpack} reads them for one lane. A
 * block of 256 weights fills a panel, so there is one of them at most. Its scales, which lie among the weights, are read after
 * them: from memory it is fast to read forward.
 */
public final class VectorIntegerPanels {
    private static final int ROWS = IntegerPanel.ROWS;

    /** Ints from one chunk of 32 weights to the next. */
    private static final int CHUNK = 16 * ROWS;

    private static final ByteVector E2M1 = Lookup.repeated(Tables.e2m1());

    private VectorIntegerPanels() {}

    /** The panel of a type whose layout has {@link Layout#integers}. */
    public static IntegerPanel of(TensorType type) {
        return switch (type) {
            case Q4_0 -> VectorIntegerPanels::q40;
            case Q4_1 -> VectorIntegerPanels::q41;
            case Q5_0 -> VectorIntegerPanels::q50;
            case Q5_1 -> VectorIntegerPanels::q51;
            case MXFP4 -> VectorIntegerPanels::mxfp4;
            case Q2_K -> VectorIntegerPanels::q2K;
            case Q3_K -> VectorIntegerPanels::q3K;
            case Q4_K -> VectorIntegerPanels::q4K;
            case Q5_K -> VectorIntegerPanels::q5K;
            case Q6_K -> VectorIntegerPanels::q6K;
            default -> throw new IllegalArgumentException(type + " has no panel of integers");
        };
    }

    private static void q40(long weights, int blocks, Room panel, int lane, Scratch scratch) {
        long p = weights;
        int pairs = lane;
        int runs = lane;
        for (int b = 0; b < blocks; b++, p += 18 * LANES, pairs += CHUNK, runs += ROWS) {
            VectorPlanes.halves(p, panel.factors, runs);
            VectorPlanes.nibbles(p + 2L * LANES, 8, panel.pairs, pairs);
        }
    }

    private static void q41(long weights, int blocks, Room panel, int lane, Scratch scratch) {
        long p = weights;
        int pairs = lane;
        int runs = lane;
        for (int b = 0; b < blocks; b++, p += 20 * LANES, pairs += CHUNK, runs += ROWS) {
            VectorPlanes.halves(p, panel.factors, runs);
            VectorPlanes.halves(p + 2L * LANES, panel.offsets, runs);
            VectorPlanes.nibbles(p + 4L * LANES, 0, panel.pairs, pairs);
        }
    }

    private static void q50(long weights, int blocks, Room panel, int lane, Scratch scratch) {
        long p = weights;
        int pairs = lane;
        int runs = lane;
        for (int b = 0; b < blocks; b++, p += 22 * LANES, pairs += CHUNK, runs += ROWS) {
            VectorPlanes.halves(p, panel.factors, runs);
            VectorPlanes.nibbles(p + 6L * LANES, 16, panel.pairs, pairs);
            VectorPlanes.addFifthBits(p + 2L * LANES, 4, panel.pairs, pairs);
        }
    }

    private static void q51(long weights, int blocks, Room panel, int lane, Scratch scratch) {
        long p = weights;
        int pairs = lane;
        int runs = lane;
        for (int b = 0; b < blocks; b++, p += 24 * LANES, pairs += CHUNK, runs += ROWS) {
            VectorPlanes.halves(p, panel.factors, runs);
            VectorPlanes.halves(p + 2L * LANES, panel.offsets, runs);
            VectorPlanes.addZeros(16, 1, panel.factors, panel.offsets, runs);
            VectorPlanes.nibbles(p + 8L * LANES, 16, panel.pairs, pairs);
            VectorPlanes.addFifthBits(p + 4L * LANES, 4, panel.pairs, pairs);
        }
    }

    private static void mxfp4(long weights, int blocks, Room panel, int lane, Scratch scratch) {
        long p = weights;
        int pairs = lane;
        int runs = lane;
        for (int b = 0; b < blocks; b++, p += 17 * LANES, pairs += CHUNK, runs += ROWS) {
            for (int i = 0; i < LANES; i++) {
                panel.factors[runs + i] = Tables.halfPowerOfTwo(AllMemory.getByte(p + i));
            }
            VectorPlanes.tablePairs(p + LANES, E2M1, panel.pairs, pairs);
        }
    }

    private static void q2K(long p, int blocks, Room panel, int lane, Scratch scratch) {
        long chunk = 10L * LANES;
        long halves = p + 8 * chunk;
        for (int c = 0; c < 8; c++) {
            VectorPlanes.twoBits(p + c * chunk + 2L * LANES, 0, panel.pairs, lane + c * CHUNK);
        }
        VectorPlanes.halvesTimesBits(halves, p, chunk, 2, 0, 15, 1, panel.factors, lane);
        VectorPlanes.halvesTimesBits(halves + 2L * LANES, p, chunk, 2, 4, 15, -1, panel.offsets, lane);
    }

    private static void q3K(long p, int blocks, Room panel, int lane, Scratch scratch) {
        long chunk = 14L * LANES;
        for (int c = 0; c < 8; c++) {
            long fields = p + c * chunk + 2L * LANES;
            VectorPlanes.twoBits(fields, 4, panel.pairs, lane + c * CHUNK);
            VectorPlanes.addFifthBits(fields + 8L * LANES, 2, panel.pairs, lane + c * CHUNK);
        }
        VectorPlanes.halvesTimesBytes(p + 8 * chunk, p, chunk, 2, panel.factors, lane);
    }

    private static void q4K(long p, int blocks, Room panel, int lane, Scratch scratch) {
        long chunk = 18L * LANES;
        for (int c = 0; c < 8; c++) {
            VectorPlanes.nibbles(p + c * chunk + 2L * LANES, 0, panel.pairs, lane + c * CHUNK);
        }
        kScales(p, chunk, panel, lane);
    }

    private static void q5K(long p, int blocks, Room panel, int lane, Scratch scratch) {
        long chunk = 22L * LANES;
        for (int c = 0; c < 8; c++) {
            long fifth = p + c * chunk + 2L * LANES;
            VectorPlanes.nibbles(fifth + 4L * LANES, 16, panel.pairs, lane + c * CHUNK);
            VectorPlanes.addFifthBits(fifth, 4, panel.pairs, lane + c * CHUNK);
        }
        kScales(p, chunk, panel, lane);
        VectorPlanes.addZeros(16, 8, panel.factors, panel.offsets, lane);
    }

    private static void kScales(long p, long chunk, Room panel, int lane) {
        long halves = p + 8 * chunk;
        VectorPlanes.halvesTimesBytes(halves, p, chunk, 1, panel.factors, lane);
        VectorPlanes.halvesTimesBits(halves + 2L * LANES, p + LANES, chunk, 1, 0, -1, -1, panel.offsets, lane);
    }

    private static void q6K(long p, int blocks, Room panel, int lane, Scratch scratch) {
        long chunk = 26L * LANES;
        for (int c = 0; c < 8; c++) {
            long high = p + c * chunk + 2L * LANES;
            VectorPlanes.nibbles(high + 8L * LANES, 32, panel.pairs, lane + c * CHUNK);
            VectorPlanes.addTwoBits(high, 4, panel.pairs, lane + c * CHUNK);
        }
        VectorPlanes.halvesTimesBytes(p + 8 * chunk, p, chunk, 2, panel.factors, lane);
    }
}

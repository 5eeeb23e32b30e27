package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.LANES;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.memory.AllMemory;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.repack.Tables;
import dev.cortado.kernels.cpu.weights.Panel;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;

/** The panels by type: which planes a group-block has, as {@link Layout#unpack} reads them for one lane. */
public final class VectorPanels {
    private static final ByteVector IQ4 = Lookup.repeated(Tables.iq4());
    private static final ByteVector E2M1 = Lookup.repeated(Tables.e2m1());

    private VectorPanels() {}

    /** Dequantises one group-block. */
    @FunctionalInterface
    private interface GroupBlock {
        void fill(long p, float[] panel, int at, Scratch scratch);
    }

    /** The panel of an interleaved type. */
    public static Panel of(TensorType type) {
        return switch (type) {
            case Q4_0 -> each(type, VectorPanels::q40);
            case Q4_1 -> each(type, VectorPanels::q41);
            case Q5_0 -> each(type, VectorPanels::q50);
            case Q5_1 -> each(type, VectorPanels::q51);
            case Q8_0 -> each(type, VectorPanels::q80);
            case IQ4_NL -> each(type, VectorPanels::iq4Nl);
            case MXFP4 -> each(type, VectorPanels::mxfp4);
            case Q2_K -> each(type, VectorPanels::q2K);
            case Q3_K -> each(type, VectorPanels::q3K);
            case Q4_K -> each(type, VectorPanels::q4K);
            case Q5_K -> each(type, VectorPanels::q5K);
            case Q6_K -> each(type, VectorPanels::q6K);
            case IQ4_XS -> each(type, VectorPanels::iq4Xs);
            default -> throw new IllegalArgumentException(type + " is not interleaved");
        };
    }

    private static Panel each(TensorType type, GroupBlock one) {
        int floats = type.blockSize() * Panel.ROWS;
        int bytes = Layout.required(type).blockBytes() * LANES;
        return (weights, blocks, panel, at, scratch) -> {
            for (int b = 0; b < blocks; b++) {
                one.fill(weights + (long) b * bytes, panel, at + b * floats, scratch);
            }
        };
    }

    private static void q40(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, 1, scratch.factors);
        VectorPlanes.nibbles(p + 2L * LANES, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 8, 1, 32, scratch.factors, panel, at);
    }

    private static void q41(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, 1, scratch.factors);
        VectorPlanes.halves(p + 2L * LANES, -1, scratch.offsets);
        VectorPlanes.nibbles(p + 4L * LANES, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 1, 32, scratch.factors, scratch.offsets, panel, at);
    }

    private static void q50(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, 1, scratch.factors);
        VectorPlanes.nibbles(p + 6L * LANES, scratch.weights, 0);
        VectorPlanes.addFifthBits(p + 2L * LANES, 4, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 16, 1, 32, scratch.factors, panel, at);
    }

    private static void q51(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, 1, scratch.factors);
        VectorPlanes.halves(p + 2L * LANES, -1, scratch.offsets);
        VectorPlanes.nibbles(p + 8L * LANES, scratch.weights, 0);
        VectorPlanes.addFifthBits(p + 4L * LANES, 4, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 1, 32, scratch.factors, scratch.offsets, panel, at);
    }

    private static void q80(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, 1, scratch.factors);
        VectorPlanes.bytes(p + 2L * LANES, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 0, 1, 32, scratch.factors, panel, at);
    }

    private static void iq4Nl(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, 1, scratch.factors);
        VectorPlanes.table(p + 2L * LANES, IQ4, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 0, 1, 32, scratch.factors, panel, at);
    }

    private static void mxfp4(long p, float[] panel, int at, Scratch scratch) {
        for (int lane = 0; lane < LANES; lane++) {
            scratch.factors[lane] = Tables.halfPowerOfTwo(AllMemory.getByte(p + lane));
        }
        VectorPlanes.table(p + LANES, E2M1, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 0, 1, 32, scratch.factors, panel, at);
    }

    private static void q2K(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halvesTimesBits(p, p + 4L * LANES, 16, 0, 15, scratch.factors);
        VectorPlanes.halvesTimesBits(p + 2L * LANES, p + 4L * LANES, 16, 4, 15, scratch.offsets);
        for (int c = 0; c < 8; c++) {
            VectorPlanes.twoBits(p + (20L + 8 * c) * LANES, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.scale(scratch.weights, 16, 16, scratch.factors, scratch.offsets, panel, at);
    }

    private static void q3K(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halvesTimesBytes(p, p + 2L * LANES, 16, scratch.factors);
        for (int c = 0; c < 8; c++) {
            long chunk = p + (18L + 12 * c) * LANES;
            VectorPlanes.twoBits(chunk, scratch.weights, 32 * LANES * c);
            VectorPlanes.addFifthBits(chunk + 8L * LANES, 2, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.scale(scratch.weights, 4, 16, 16, scratch.factors, panel, at);
    }

    private static void q4K(long p, float[] panel, int at, Scratch scratch) {
        kScales(p, scratch);
        for (int c = 0; c < 8; c++) {
            VectorPlanes.nibbles(p + (20L + 16 * c) * LANES, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.scale(scratch.weights, 8, 32, scratch.factors, scratch.offsets, panel, at);
    }

    private static void q5K(long p, float[] panel, int at, Scratch scratch) {
        kScales(p, scratch);
        for (int c = 0; c < 8; c++) {
            long chunk = p + (20L + 20 * c) * LANES;
            VectorPlanes.nibbles(chunk + 4L * LANES, scratch.weights, 32 * LANES * c);
            VectorPlanes.addFifthBits(chunk, 4, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.scale(scratch.weights, 8, 32, scratch.factors, scratch.offsets, panel, at);
    }

    private static void kScales(long p, Scratch scratch) {
        VectorPlanes.halvesTimesBytes(p, p + 4L * LANES, 8, scratch.factors);
        VectorPlanes.halvesTimesBytes(p + 2L * LANES, p + 12L * LANES, 8, scratch.offsets);
    }

    private static void q6K(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halvesTimesBytes(p, p + 2L * LANES, 16, scratch.factors);
        for (int c = 0; c < 8; c++) {
            long chunk = p + (18L + 24 * c) * LANES;
            VectorPlanes.nibbles(chunk + 8L * LANES, scratch.weights, 32 * LANES * c);
            VectorPlanes.addTwoBits(chunk, 4, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.scale(scratch.weights, 32, 16, 16, scratch.factors, panel, at);
    }

    private static void iq4Xs(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halvesTimesBytes(p, p + 2L * LANES, 8, scratch.factors);
        for (int c = 0; c < 8; c++) {
            VectorPlanes.table(p + (10L + 16 * c) * LANES, IQ4, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.scale(scratch.weights, 0, 8, 32, scratch.factors, panel, at);
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.LANES;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.repack.Tables;
import dev.cortado.kernels.cpu.weights.Panel;
import dev.cortado.kernels.cpu.weights.Scratch;
import jdk.incubator.vector.ByteVector;

/** The panels of floats of the types whose weights have too many bits for the integer tile. */
public final class VectorPanels {
    private static final ByteVector IQ4 = Lookup.repeated(Tables.iq4());

    private VectorPanels() {}

    /** Dequantises one group-block. */
    @FunctionalInterface
    private interface GroupBlock {
        void fill(long p, float[] panel, int at, Scratch scratch);
    }

    /** The panel of an interleaved type whose layout has no {@link Layout#integers}. */
    public static Panel of(TensorType type) {
        return switch (type) {
            case Q8_0 -> each(type, VectorPanels::q80);
            case IQ4_NL -> each(type, VectorPanels::iq4Nl);
            case IQ4_XS -> each(type, VectorPanels::iq4Xs);
            default -> throw new IllegalArgumentException(type + " has no panel of floats");
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

    private static void q80(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halvesTimesWeights(p, p + 2L * LANES, panel, at);
    }

    private static void iq4Nl(long p, float[] panel, int at, Scratch scratch) {
        VectorPlanes.halves(p, scratch.factors, 0);
        VectorPlanes.table(p + 2L * LANES, IQ4, scratch.weights, 0);
        VectorPlanes.scale(scratch.weights, 1, scratch.factors, panel, at);
    }

    private static void iq4Xs(long p, float[] panel, int at, Scratch scratch) {
        long chunk = 17L * LANES;
        for (int c = 0; c < 8; c++) {
            VectorPlanes.table(p + c * chunk + LANES, IQ4, scratch.weights, 32 * LANES * c);
        }
        VectorPlanes.halvesTimesBytes(p + 8 * chunk, p, chunk, 1, scratch.factors, 0);
        VectorPlanes.scale(scratch.weights, 8, scratch.factors, panel, at);
    }
}

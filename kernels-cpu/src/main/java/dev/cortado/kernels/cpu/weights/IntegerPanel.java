package dev.cortado.kernels.cpu.weights;

import java.util.Arrays;

/**
 * Unpacks interleaved weights to 16-bit integers for the integer tile of prefill. All forms give the same integers and
 * floats: those of {@link dev.cortado.kernels.cpu.repack.Block}, the integers less the layout's {@code zero}.
 */
@FunctionalInterface
public interface IntegerPanel {
    /** Rows of weights side by side: the widest vectors come in pairs, and a panel stays in the L1 cache. */
    int ROWS = 32;

    /** Weights of a row that fit: a multiple of every block size. */
    int DEPTH = 256;

    /** Sets all that a panel holds of a group of lanes; {@code lane} is the first of them. */
    void fill(long weights, int blocks, Room panel, int lane, Scratch scratch);

    /**
     * Room for a panel:
     *
     * <ul>
     *   <li>{@code pairs}: [pair][row], two weights an int, in the order of {@link QuantizedRows#pairs()}
     *   <li>{@code factors}: [run][row], what a run's sum of products is multiplied with
     *   <li>{@code offsets}: [run][row], what is multiplied with the sum of a run's inputs and added; only of types that
     *       have offsets
     * </ul>
     */
    final class Room {
        private static final int SHORTEST_RUN = 16;

        public final int[] pairs = new int[DEPTH / 2 * ROWS];
        public final float[] factors = new float[DEPTH / SHORTEST_RUN * ROWS];
        public final float[] offsets = new float[DEPTH / SHORTEST_RUN * ROWS];

        /** Weights that share a factor. */
        public int run;

        /** Whether a run's offset times the sum of its inputs is to be added. */
        public boolean hasOffsets;

        /** Runs that are filled. */
        public int runs;

        /** Sets some lanes to 0. */
        void clear(int lane, int lanes, int depth) {
            for (int p = 0, to = lane; p < depth / 2; p++, to += ROWS) {
                Arrays.fill(pairs, to, to + lanes, 0);
            }
            for (int j = 0, to = lane; j < runs; j++, to += ROWS) {
                Arrays.fill(factors, to, to + lanes, 0);
                Arrays.fill(offsets, to, to + lanes, 0);
            }
        }
    }
}

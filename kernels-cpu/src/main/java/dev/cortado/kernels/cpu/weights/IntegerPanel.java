package dev.cortado.kernels.cpu.weights;

import java.util.Arrays;

/**
 * Unpacks interleaved weights to 16-bit integers for the integer tile of prefill. All forms give the same integers and
 * floats: those of {@link dev.cortado.kernels.cpu.repack.Block}, the integers less the layout's {@code zero}.
 */
@FunctionalInterface
public interface IntegerPanel {
    /** Rows of weights side by side in a panel: one strip of the tile. */
    int ROWS = Panel.ROWS;

    /** Sets all that a strip holds of a group of lanes; {@code lane} is the first of them in the strip. */
    void fill(long weights, int blocks, Strips panel, int strip, int lane, Scratch scratch);

    /**
     * Room for strips. Of each there are, one strip behind the other:
     *
     * <ul>
     *   <li>{@code pairs}: [pair][row], two weights an int, in the order of {@link QuantizedRows#pairs()}
     *   <li>{@code factors}: [run][row], what a run's sum of products is multiplied with
     *   <li>{@code offsets}: [run][row], what is multiplied with the sum of a run's inputs and added; only of types that
     *       have offsets
     * </ul>
     */
    final class Strips {
        /** Weights of a row that fit: a multiple of every block size. */
        public static final int DEPTH = 256;

        private static final int SHORTEST_RUN = 16;

        /** From one strip's pairs to the next's. */
        public static final int PAIRS_GAP = DEPTH / 2 * ROWS;

        /** From one strip's factors or offsets to the next's. */
        public static final int RUNS_GAP = DEPTH / SHORTEST_RUN * ROWS;

        public final int[] pairs;
        public final float[] factors;
        public final float[] offsets;

        /** Weights that share a factor. */
        public int run;

        /** Whether a run's offset times the sum of its inputs is to be added. */
        public boolean hasOffsets;

        /** Runs that are filled. */
        public int runs;

        /** Room for {@code strips}. */
        public Strips(int strips) {
            pairs = new int[strips * PAIRS_GAP];
            factors = new float[strips * RUNS_GAP];
            offsets = new float[strips * RUNS_GAP];
        }

        /** Sets some lanes of a strip to 0. */
        void clear(int strip, int lane, int lanes, int depth) {
            for (int p = 0, to = strip * PAIRS_GAP + lane; p < depth / 2; p++, to += ROWS) {
                Arrays.fill(pairs, to, to + lanes, 0);
            }
            for (int j = 0, to = strip * RUNS_GAP + lane; j < runs; j++, to += ROWS) {
                Arrays.fill(factors, to, to + lanes, 0);
                Arrays.fill(offsets, to, to + lanes, 0);
            }
        }
    }
}

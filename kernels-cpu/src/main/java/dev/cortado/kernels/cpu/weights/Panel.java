package dev.cortado.kernels.cpu.weights;

/**
 * Dequantises interleaved weights for the tile of prefill. All forms give the same floats: those of {@link
 * dev.cortado.kernels.cpu.repack.Block#dequantize}.
 */
@FunctionalInterface
public interface Panel {
    /** Rows of weights side by side in a panel: one strip of the tile. */
    int ROWS = 16;

    /**
     * {@code panel[at + k * ROWS + r]} = weight k of lane r.
     *
     * @param weights address of the first group-block
     * @param blocks how many, side by side
     */
    void fill(long weights, int blocks, float[] panel, int at, Scratch scratch);
}

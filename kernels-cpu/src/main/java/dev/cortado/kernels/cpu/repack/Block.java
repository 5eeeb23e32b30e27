package dev.cortado.kernels.cpu.repack;

/**
 * One row's block as integers and scales: weight k of run j is {@code scale * scales[j] * weights[k] - minScale *
 * mins[j]}. Reused, so that nothing is allocated per block.
 */
public final class Block {
    /** Weights that share an entry of {@link #scales} and {@link #mins}: 16 or 32. */
    public int run;

    /** The block's scale. */
    public float scale;

    /** The block's scale of {@link #mins}. */
    public float minScale;

    /** Integer scales, one per run. */
    public final int[] scales = new int[16];

    /** Integer offsets, one per run. */
    public final int[] mins = new int[16];

    /** Integer weights. */
    public final byte[] weights = new byte[256];

    /** A block that is one run with a scale and no offset. */
    void single(float scale) {
        run = 32;
        this.scale = scale;
        minScale = 0;
        scales[0] = 1;
        mins[0] = 0;
    }

    /** Dequantises to {@code count} floats; the order of operations is the one of the file format's definition. */
    public void dequantize(float[] out, int at, int count) {
        for (int k = 0; k < count; k++) {
            int j = k / run;
            out[at + k] = scale * scales[j] * weights[k] - minScale * mins[j];
        }
    }
}

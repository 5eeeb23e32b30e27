package dev.cortado.kernels.cpu.weights;

import dev.cortado.kernels.cpu.memory.NativeBuffer;
import dev.cortado.kernels.cpu.repack.Block;

/** Room that one thread works in, kept so that products allocate nothing. */
public final class Scratch {
    final Block block = new Block();
    /** Results of the last group, whose padding rows have no place in the output. */
    final float[] tail = new float[16];
    /** 64 weights that were looked up, 16 at a time in the first bytes of the widest vector. */
    public final byte[] values = new byte[48 + 64];

    /** Partial sums of rows. */
    public final float[] sums = new float[24 * 16];

    /** Integer weights of a group-block, [weight][lane]. */
    public final int[] weights = new int[256 * Panel.ROWS];
    /** What each run of a group-block is multiplied with, [run][lane]. */
    public final float[] factors = new float[16 * IntegerPanel.ROWS];

    private final NativeBuffer tile = new NativeBuffer();
    private float[] line = {};
    private float[] runScales = {};
    private float[] runOffsets = {};
    private short[] shorts = {};
    private int[] ints = {};

    /** At least {@code count} floats with arbitrary content. */
    float[] line(int count) {
        if (line.length < count) {
            line = new float[count];
        }
        return line;
    }

    /** At least {@code count} floats, for the scales of a row's runs. */
    public float[] runScales(int count) {
        if (runScales.length < count) {
            runScales = new float[count];
        }
        return runScales;
    }

    /** At least {@code count} floats, for the offsets of a row's runs. */
    public float[] runOffsets(int count) {
        if (runOffsets.length < count) {
            runOffsets = new float[count];
        }
        return runOffsets;
    }

    /** At least {@code count} shorts with arbitrary content. */
    short[] shorts(int count) {
        if (shorts.length < count) {
            shorts = new short[count];
        }
        return shorts;
    }

    /** At least {@code count} ints with arbitrary content. */
    public int[] ints(int count) {
        if (ints.length < count) {
            ints = new int[count];
        }
        return ints;
    }

    /** Address of at least {@code bytes} bytes; what was there before may be gone. */
    long tile(long bytes) {
        // vector loads of byte planes may read past the last of them
        return tile.atLeast(bytes + 64);
    }
}

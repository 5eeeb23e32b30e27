package dev.cortado.kernels.cpu.weights;

import dev.cortado.kernels.cpu.repack.Block;
import java.lang.foreign.Arena;

/** Room that one thread works in, kept so that products allocate nothing. */
public final class Scratch {
    final Block block = new Block();
    /** Results of the last group, whose padding rows have no place in the output. */
    final float[] tail = new float[16];
    /** Partial sums of a {@link RowProduct}. */
    final float[] sums = new float[4 * 16];

    private Arena arena = Arena.ofAuto();
    private long tile;
    private long capacity;

    /** Address of at least {@code bytes} bytes; what was there before may be gone. */
    long tile(long bytes) {
        if (bytes > capacity) {
            arena = Arena.ofAuto();
            // vector loads of byte planes may read past the last of them
            tile = arena.allocate(bytes + 64, 64).address();
            capacity = bytes;
        }
        return tile;
    }
}

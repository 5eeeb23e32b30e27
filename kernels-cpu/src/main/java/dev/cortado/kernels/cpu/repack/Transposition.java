package dev.cortado.kernels.cpu.repack;

import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Interleaves rows of the types whose bits stay as they are: a block is scales of 16 bits, then ints of weights.
 * It goes through arrays, because small models are loaded before C2 has compiled anything, and code of the interpreter
 * and of C1 takes many times longer to a value in memory than to one in an array. For one thread.
 */
public final class Transposition {
    private final int scales;
    private final int ints;
    private short[] row = {};
    private short[] group = {};

    /** Blocks of {@code scales} halves and then {@code ints} ints. */
    Transposition(int scales, int ints) {
        this.scales = scales;
        this.ints = ints;
    }

    /**
     * Interleaves a group of rows; lanes beyond them become zero.
     *
     * @param source address of the first row's first block as the file has it
     * @param rowBytes from one row to the next
     * @param rows how many there are, at most {@code lanes}
     * @param blocks of each row
     * @param target address of the group
     */
    public void interleave(long source, long rowBytes, int rows, int blocks, long target, int lanes) {
        int halves = blocks * (scales + 2 * ints);
        if (row.length != halves || group.length != halves * lanes) {
            row = new short[halves];
            group = new short[halves * lanes];
        }
        if (rows < lanes) {
            Arrays.fill(group, (short) 0);
        }
        for (int lane = 0; lane < rows; lane++) {
            MemorySegment.copy(AllMemory.SEGMENT, AllMemory.SHORT, source + rowBytes * lane, row, 0, halves);
            scatter(blocks, lanes, lane);
        }
        MemorySegment.copy(group, 0, AllMemory.SEGMENT, AllMemory.SHORT, target, halves * lanes);
    }

    private void scatter(int blocks, int lanes, int lane) {
        short[] from = row;
        short[] to = group;
        int plane = 2 * lanes;
        int f = 0;
        int t = 0;
        for (int b = 0; b < blocks; b++) {
            for (int s = 0; s < scales; s++, f++, t += lanes) {
                to[t + lane] = from[f];
            }
            for (int i = 0; i < ints; i++, f += 2, t += plane) {
                to[t + 2 * lane] = from[f];
                to[t + 2 * lane + 1] = from[f + 1];
            }
        }
    }
}

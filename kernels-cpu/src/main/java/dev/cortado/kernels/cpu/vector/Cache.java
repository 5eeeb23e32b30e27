package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;

import java.lang.foreign.MemorySegment;

/** Brings weights into the second-level cache. */
final class Cache {
    private Cache() {}

    /**
     * Reads everything once, since a loop that multiplies reaches a few lines ahead only: memory is compared with itself,
     * for which the JVM has a loop of its own. One of ours in vectors may stay on the heap.
     */
    static void read(long from, long bytes) {
        MemorySegment.mismatch(SEGMENT, from, from + bytes, SEGMENT, from, from + bytes);
    }
}

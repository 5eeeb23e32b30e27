package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;

import java.lang.foreign.MemorySegment;

/** Brings weights into the second-level cache. */
final class Cache {
    private Cache() {}

    /**
     * Reads everything once. A loop that multiplies reaches a few lines ahead only; to compare memory with itself, which
     * the JVM has a vector loop of its own for, runs at the memory's speed.
     */
    static void read(long from, long bytes) {
        MemorySegment.mismatch(SEGMENT, from, from + bytes, SEGMENT, from, from + bytes);
    }
}

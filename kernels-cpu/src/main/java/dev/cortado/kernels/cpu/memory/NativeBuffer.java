package dev.cortado.kernels.cpu.memory;

import java.lang.foreign.Arena;

/** Memory outside the heap that grows to the largest size asked for and is then reused; it lives as long as this object. */
public final class NativeBuffer {
    /** Bytes of a cache line: loads of vectors that straddle two take twice as long. */
    public static final int LINE = 64;

    /** Keeps the memory alive. */
    private Arena arena = Arena.ofAuto();

    private long address;
    private long capacity;

    /** Takes no memory yet. */
    public NativeBuffer() {}

    /** Address of at least {@code bytes} bytes, at the beginning of a cache line; what was there before may be gone. */
    public long atLeast(long bytes) {
        if (bytes > capacity) {
            arena = Arena.ofAuto();
            address = arena.allocate(bytes, LINE).address();
            capacity = bytes;
        }
        return address;
    }
}

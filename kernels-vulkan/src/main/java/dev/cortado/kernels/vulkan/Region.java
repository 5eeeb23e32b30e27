package dev.cortado.kernels.vulkan;

/** A piece of a {@link MemoryBlock}, and when it was last touched, by which barriers are placed. */
final class Region {
    private final MemoryBlock block;
    private final long offset;
    private final long bytes;
    private long readEpoch = -1;
    private long writeEpoch = -1;
    private long version;
    private long copiedTo; // byte up to which copies of the write epoch wrote in ascending order

    Region(MemoryBlock block, long offset, long bytes) {
        this.block = block;
        this.offset = offset;
        this.bytes = bytes;
    }

    MemoryBlock block() {
        return block;
    }

    /** Byte within the block's buffer. */
    long offset() {
        return offset;
    }

    long bytes() {
        return bytes;
    }

    /** Grows with every write. */
    long version() {
        return version;
    }

    /** Whether a command that reads or writes it must wait for one that was recorded since the last barrier. */
    boolean conflicts(boolean write, long epoch) {
        return writeEpoch == epoch || (write && readEpoch == epoch);
    }

    /**
     * As {@link #conflicts}, for a copy to here: rows that are written one after the other need not wait for each
     * other.
     */
    boolean conflictsWithCopy(long to, long epoch) {
        return readEpoch == epoch || (writeEpoch == epoch && to < copiedTo);
    }

    /** A copy wrote bytes up to {@code end}. */
    void touchByCopy(long end, long epoch) {
        writeEpoch = epoch;
        copiedTo = end;
        version++;
    }

    void touch(boolean write, long epoch) {
        if (write) {
            writeEpoch = epoch;
            copiedTo = Long.MAX_VALUE;
            version++;
        } else {
            readEpoch = epoch;
        }
    }
}

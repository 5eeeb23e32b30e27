package dev.cortado.kernels.vulkan;

/** A piece of a {@link MemoryBlock}, and when it was last touched, by which barriers are placed. */
final class Region {
    private final MemoryBlock block;
    private final long offset;
    private final long bytes;
    private long readEpoch = -1;
    private long writeEpoch = -1;
    private long version;

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

    void touch(boolean write, long epoch) {
        if (write) {
            writeEpoch = epoch;
            version++;
        } else {
            readEpoch = epoch;
        }
    }
}

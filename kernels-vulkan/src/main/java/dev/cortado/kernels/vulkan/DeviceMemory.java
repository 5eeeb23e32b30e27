package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.BackendException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The GPU's memory: regions cut from blocks that grow with the demand. Guarded by the recorder's lock. */
final class DeviceMemory implements AutoCloseable {
    private static final long FIRST_BLOCK = 4L << 20;
    private static final long LARGEST_BLOCK = 256L << 20;
    /** Where a block would take more than this part of what is free, regions get blocks of their own size. */
    private static final int SCARCE = 16;

    private final VulkanDevice device;
    private final List<MemoryBlock> blocks = new ArrayList<>();
    private long taken;

    DeviceMemory(VulkanDevice device) {
        this.device = device;
    }

    /** Bytes of its blocks. */
    long taken() {
        return taken;
    }

    /**
     * A region of its own.
     *
     * @param free bytes that the device can still give
     * @param what what it is for, for the message
     * @throws BackendException if the device has not so much left
     */
    Region allocate(long bytes, long free, String what) {
        if (bytes > device.facts().allocation()) {
            throw new BackendException("%s: %d MiB in one piece, %s allocates at most %d MiB"
                    .formatted(
                            what,
                            bytes >> 20,
                            device.facts().name(),
                            device.facts().allocation() >> 20));
        }
        for (int i = blocks.size() - 1; i >= 0; i--) {
            Region region = blocks.get(i).cut(bytes);
            if (region != null) {
                return region;
            }
        }
        MemoryBlock block = newBlock(bytes, free, what);
        blocks.add(block);
        taken += block.size();
        Region region = block.cut(bytes);
        if (region == null) {
            throw new IllegalStateException("a block of %d bytes for %d".formatted(block.size(), bytes));
        }
        return region;
    }

    private MemoryBlock newBlock(long bytes, long free, String what) {
        if (bytes > free) {
            throw new BackendException("%s needs %d MiB of %s, which has %d MiB left: %d MiB are missing."
                    .concat(" Fewer layers on the GPU or a shorter context need less.")
                    .formatted(what, mebibytes(bytes), device.facts().name(), free >> 20, mebibytes(bytes - free)));
        }
        long usual = Math.clamp(
                taken, FIRST_BLOCK, Math.min(LARGEST_BLOCK, device.facts().allocation()));
        MemoryBlock block = usual > bytes && usual <= free / SCARCE ? tryBlock(usual) : null;
        return block != null ? block : new MemoryBlock(device, MemoryBlock.Kind.DEVICE, bytes);
    }

    /** A block with room for more than was asked for, if the driver grants it. */
    private @Nullable MemoryBlock tryBlock(long bytes) {
        try {
            return new MemoryBlock(device, MemoryBlock.Kind.DEVICE, bytes);
        } catch (BackendException e) { // the exact size may still fit
            return null;
        }
    }

    private static long mebibytes(long bytes) {
        return bytes + (1 << 20) - 1 >> 20;
    }

    /** Gives a region back; no command that uses it may be under way. */
    void free(Region region) {
        MemoryBlock block = region.block();
        if (block.giveBack(region)) {
            blocks.remove(block);
            taken -= block.size();
            block.close();
        }
    }

    @Override
    public void close() {
        blocks.forEach(MemoryBlock::close);
        blocks.clear();
    }
}

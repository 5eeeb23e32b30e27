package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkBufferCreateInfo;
import org.lwjgl.vulkan.VkMemoryAllocateInfo;
import org.lwjgl.vulkan.VkMemoryRequirements;

/**
 * A buffer with memory of its own, from which regions are cut one after the other; they are given back all together.
 */
final class MemoryBlock implements AutoCloseable {
    /** Where the memory is. */
    enum Kind {
        /** The GPU's own. */
        DEVICE(VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT),
        /** The CPU writes, the GPU reads. */
        UPLOAD(
                VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT),
        /** The GPU writes, the CPU reads. */
        READBACK(
                VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT
                        | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT
                        | VK_MEMORY_PROPERTY_HOST_CACHED_BIT);

        private final int needed;
        private final int wanted;

        Kind(int needed, int wanted) {
            this.needed = needed;
            this.wanted = wanted;
        }
    }

    /** At least every device's minStorageBufferOffsetAlignment. */
    static final long ALIGNMENT = 256;

    private final VulkanDevice device;
    private final long buffer;
    private final long memory;
    private final long size;
    private final @Nullable MemorySegment mapped;
    private long used;
    private int regions;

    MemoryBlock(VulkanDevice device, Kind kind, long size) {
        this.device = device;
        this.size = size;
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer handle = stack.mallocLong(1);
            String doing = "get %d MiB of memory on %s"
                    .formatted(size + (1 << 20) - 1 >> 20, device.facts().name());
            var info = VkBufferCreateInfo.calloc(stack)
                    .sType$Default()
                    .size(size)
                    .usage(VK_BUFFER_USAGE_STORAGE_BUFFER_BIT
                            | VK_BUFFER_USAGE_TRANSFER_SRC_BIT
                            | VK_BUFFER_USAGE_TRANSFER_DST_BIT);
            VkResult.check(vkCreateBuffer(device.handle(), info, null, handle), doing);
            buffer = handle.get(0);
            try {
                var requirements = VkMemoryRequirements.malloc(stack);
                vkGetBufferMemoryRequirements(device.handle(), buffer, requirements);
                var allocation = VkMemoryAllocateInfo.calloc(stack)
                        .sType$Default()
                        .allocationSize(requirements.size())
                        .memoryTypeIndex(device.memoryType(requirements.memoryTypeBits(), kind.needed, kind.wanted));
                VkResult.check(vkAllocateMemory(device.handle(), allocation, null, handle), doing);
            } catch (RuntimeException e) {
                vkDestroyBuffer(device.handle(), buffer, null);
                throw e;
            }
            memory = handle.get(0);
            VkResult.check(vkBindBufferMemory(device.handle(), buffer, memory, 0), doing);
            mapped = kind == Kind.DEVICE ? null : map(stack);
        }
    }

    @SuppressWarnings("restricted") // the driver says where the memory is, and its size is known
    private MemorySegment map(MemoryStack stack) {
        PointerBuffer pointer = stack.mallocPointer(1);
        VkResult.check(vkMapMemory(device.handle(), memory, 0, VK_WHOLE_SIZE, 0, pointer), "map memory");
        return MemorySegment.ofAddress(pointer.get(0)).reinterpret(size);
    }

    long buffer() {
        return buffer;
    }

    long size() {
        return size;
    }

    /** All bytes as the CPU sees them. */
    MemorySegment mapped() {
        if (mapped == null) {
            throw new IllegalStateException("device memory is not mapped");
        }
        return mapped;
    }

    /** The bytes of all regions that were cut, as the CPU sees them. */
    MemorySegment used() {
        return mapped().asSlice(0, used);
    }

    /** A region's bytes as the CPU sees them. */
    MemorySegment segment(Region region) {
        return mapped().asSlice(region.offset(), region.bytes());
    }

    /** The next {@code bytes} bytes, or null if there are not so many left. */
    @Nullable
    Region cut(long bytes) {
        if (bytes > size - used) {
            return null;
        }
        Region region = new Region(this, used, bytes);
        used = end(region);
        regions++;
        return region;
    }

    private long end(Region region) {
        return Math.min(size, (region.offset() + region.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    /** Gives one region back; true if it was the last one, and the block is whole again. */
    boolean giveBack(Region region) {
        regions--;
        if (regions == 0) {
            used = 0;
        } else if (used == end(region)) {
            used = region.offset();
        }
        return regions == 0;
    }

    /** Makes the block whole again, whatever was cut from it. */
    void reset() {
        regions = 0;
        used = 0;
    }

    @Override
    public void close() {
        vkDestroyBuffer(device.handle(), buffer, null);
        vkFreeMemory(device.handle(), memory, null);
    }
}

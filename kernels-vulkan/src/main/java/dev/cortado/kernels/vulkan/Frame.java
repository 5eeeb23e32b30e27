package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkCommandBuffer;
import org.lwjgl.vulkan.VkCommandBufferAllocateInfo;
import org.lwjgl.vulkan.VkCommandBufferBeginInfo;
import org.lwjgl.vulkan.VkDescriptorPoolCreateInfo;
import org.lwjgl.vulkan.VkDescriptorPoolSize;
import org.lwjgl.vulkan.VkDescriptorSetAllocateInfo;
import org.lwjgl.vulkan.VkFenceCreateInfo;
import org.lwjgl.vulkan.VkSubmitInfo;

/** One command buffer with what its commands need until they have run: data from the CPU and descriptor sets. */
final class Frame implements AutoCloseable {
    /** Dispatches that a frame has descriptor sets for. */
    static final int DISPATCHES = 256;

    private static final long CHUNK = 1L << 20;

    private final VulkanDevice device;
    private final VkCommandBuffer commands;
    private final long fence;
    private final long descriptors; // 0 with push descriptors
    private final List<MemoryBlock> chunks = new ArrayList<>();
    private boolean running;

    Frame(VulkanDevice device, long commandPool) {
        this.device = device;
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer pointer = stack.mallocPointer(1);
            LongBuffer handle = stack.mallocLong(1);
            var info = VkCommandBufferAllocateInfo.calloc(stack)
                    .sType$Default()
                    .commandPool(commandPool)
                    .level(VK_COMMAND_BUFFER_LEVEL_PRIMARY)
                    .commandBufferCount(1);
            VkResult.check(vkAllocateCommandBuffers(device.handle(), info, pointer), "make a command buffer");
            commands = new VkCommandBuffer(pointer.get(0), device.handle());
            var fenceInfo = VkFenceCreateInfo.calloc(stack).sType$Default();
            VkResult.check(vkCreateFence(device.handle(), fenceInfo, null, handle), "make a fence");
            fence = handle.get(0);
            descriptors = device.pushDescriptors() ? 0 : descriptorPool(stack, handle);
        }
    }

    private long descriptorPool(MemoryStack stack, LongBuffer handle) {
        var sizes = VkDescriptorPoolSize.calloc(1, stack);
        sizes.get(0).type(VK_DESCRIPTOR_TYPE_STORAGE_BUFFER).descriptorCount(DISPATCHES * Pipelines.BINDINGS);
        var info = VkDescriptorPoolCreateInfo.calloc(stack)
                .sType$Default()
                .maxSets(DISPATCHES)
                .pPoolSizes(sizes);
        VkResult.check(vkCreateDescriptorPool(device.handle(), info, null, handle), "make a descriptor pool");
        return handle.get(0);
    }

    VkCommandBuffer commands() {
        return commands;
    }

    /** Waits until its last commands have run, and begins new ones. */
    void begin() {
        await();
        chunks.forEach(MemoryBlock::reset);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            if (descriptors != 0) {
                VkResult.check(vkResetDescriptorPool(device.handle(), descriptors, 0), "reset descriptors");
            }
            var info = VkCommandBufferBeginInfo.calloc(stack)
                    .sType$Default()
                    .flags(VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
            VkResult.check(vkBeginCommandBuffer(commands, info), "begin commands");
        }
    }

    /** Hands the commands to the device. */
    void submit() {
        VkResult.check(vkEndCommandBuffer(commands), "end commands");
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var info = VkSubmitInfo.calloc(stack).sType$Default().pCommandBuffers(stack.pointers(commands));
            VkResult.check(
                    vkQueueSubmit(device.queue(), info, fence),
                    "submit commands to " + device.facts().name());
        }
        running = true;
    }

    /** Waits until the commands that were submitted have run. */
    void await() {
        if (running) {
            running = false;
            String doing = "finish commands on " + device.facts().name();
            VkResult.check(vkWaitForFences(device.handle(), fence, true, Long.MAX_VALUE), doing);
            VkResult.check(vkResetFences(device.handle(), fence), doing);
        }
    }

    /** Memory that the CPU writes now and the commands read. */
    Region upload(long bytes) {
        for (MemoryBlock chunk : chunks) {
            Region region = chunk.cut(bytes);
            if (region != null) {
                return region;
            }
        }
        chunks.add(new MemoryBlock(device, MemoryBlock.Kind.UPLOAD, Math.max(CHUNK, bytes)));
        return upload(bytes);
    }

    /** A descriptor set for one dispatch; only without push descriptors. */
    long descriptorSet(MemoryStack stack, long setLayout) {
        LongBuffer handle = stack.mallocLong(1);
        var info = VkDescriptorSetAllocateInfo.calloc(stack)
                .sType$Default()
                .descriptorPool(descriptors)
                .pSetLayouts(stack.longs(setLayout));
        VkResult.check(vkAllocateDescriptorSets(device.handle(), info, handle), "get a descriptor set");
        return handle.get(0);
    }

    @Override
    public void close() {
        chunks.forEach(MemoryBlock::close);
        vkDestroyFence(device.handle(), fence, null);
        if (descriptors != 0) {
            vkDestroyDescriptorPool(device.handle(), descriptors, null);
        }
    }
}

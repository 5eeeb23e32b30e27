package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.KHRPushDescriptor;
import org.lwjgl.vulkan.VkBufferCopy;
import org.lwjgl.vulkan.VkCommandBuffer;
import org.lwjgl.vulkan.VkCommandBufferAllocateInfo;
import org.lwjgl.vulkan.VkCommandBufferBeginInfo;
import org.lwjgl.vulkan.VkDescriptorBufferInfo;
import org.lwjgl.vulkan.VkDescriptorPoolCreateInfo;
import org.lwjgl.vulkan.VkDescriptorPoolSize;
import org.lwjgl.vulkan.VkDescriptorSetAllocateInfo;
import org.lwjgl.vulkan.VkFenceCreateInfo;
import org.lwjgl.vulkan.VkMemoryBarrier;
import org.lwjgl.vulkan.VkSubmitInfo;
import org.lwjgl.vulkan.VkWriteDescriptorSet;

/**
 * A recorded command buffer that can be submitted any number of times, each time with other parameters: what the CPU
 * gives its commands lies at the same places of memory of its own.
 */
final class Frame implements AutoCloseable {
    /** Dispatches that a frame has descriptor sets for. */
    static final int DISPATCHES = 256;
    /** Bytes of parameters. */
    static final int PARAMETERS = 128 << 10;

    private static final int WRITES = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    private static final int STAGES = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;

    private final VulkanDevice device;
    private final Pipelines pipelines;
    private final VkCommandBuffer commands;
    private final long fence;
    private final long descriptors; // 0 with push descriptors
    private final MemoryBlock parameters;
    private List<Command> script = List.of();
    private boolean running;

    Frame(VulkanDevice device, Pipelines pipelines, long commandPool) {
        this.device = device;
        this.pipelines = pipelines;
        parameters = new MemoryBlock(device, MemoryBlock.Kind.UPLOAD, PARAMETERS);
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

    /** Whether submitting it again would do what these commands say. */
    boolean holds(List<Command> wanted) {
        return !running && script.equals(wanted);
    }

    /**
     * Waits until its last commands have run, and records others.
     *
     * @param gathered stands for the memory of this frame's parameters
     */
    void record(List<Command> wanted, MemoryBlock gathered) {
        await();
        script = List.of();
        try (MemoryStack stack = MemoryStack.stackPush()) {
            if (descriptors != 0) {
                VkResult.check(vkResetDescriptorPool(device.handle(), descriptors, 0), "reset descriptors");
            }
            var info = VkCommandBufferBeginInfo.calloc(stack).sType$Default();
            VkResult.check(vkBeginCommandBuffer(commands, info), "begin commands");
        }
        for (Command command : wanted) {
            try (MemoryStack stack = MemoryStack.stackPush()) {
                record(stack, command, gathered);
            }
        }
        VkResult.check(vkEndCommandBuffer(commands), "end commands");
        script = List.copyOf(wanted);
    }

    private void record(MemoryStack stack, Command command, MemoryBlock gathered) {
        switch (command) {
            case Command.Compute compute -> {
                vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, compute.pipeline());
                bind(stack, compute.bindings(), gathered);
                var constants = stack.malloc(compute.constants().remaining())
                        .put(0, compute.constants(), 0, compute.constants().remaining());
                vkCmdPushConstants(commands, pipelines.layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0, constants);
                vkCmdDispatch(commands, compute.x(), compute.y(), compute.z());
            }
            case Command.Copy copy -> {
                var piece = VkBufferCopy.calloc(1, stack);
                piece.get(0).srcOffset(copy.from()).dstOffset(copy.to()).size(copy.bytes());
                vkCmdCopyBuffer(commands, buffer(copy.source(), gathered), buffer(copy.target(), gathered), piece);
            }
            case Command.Clear clear ->
                vkCmdFillBuffer(commands, buffer(clear.block(), gathered), clear.from(), clear.bytes(), 0);
            case Command.Barrier barrier -> {
                var memory = VkMemoryBarrier.calloc(1, stack)
                        .sType$Default()
                        .srcAccessMask(WRITES)
                        .dstAccessMask(barrier.accesses());
                vkCmdPipelineBarrier(commands, STAGES, barrier.stages(), 0, memory, null, null);
            }
        }
    }

    private long buffer(MemoryBlock block, MemoryBlock gathered) {
        return block == gathered ? parameters.buffer() : block.buffer();
    }

    private void bind(MemoryStack stack, List<Command.Binding> bindings, MemoryBlock gathered) {
        long set = device.pushDescriptors() ? 0 : descriptorSet(stack);
        var writes = VkWriteDescriptorSet.calloc(bindings.size(), stack);
        for (int i = 0; i < bindings.size(); i++) {
            Command.Binding binding = bindings.get(i);
            var buffer = VkDescriptorBufferInfo.calloc(1, stack);
            buffer.get(0)
                    .buffer(buffer(binding.block(), gathered))
                    .offset(binding.offset())
                    .range(binding.range());
            writes.get(i)
                    .sType$Default()
                    .dstSet(set)
                    .dstBinding(i)
                    .descriptorCount(1)
                    .descriptorType(VK_DESCRIPTOR_TYPE_STORAGE_BUFFER)
                    .pBufferInfo(buffer);
        }
        if (device.pushDescriptors()) {
            KHRPushDescriptor.vkCmdPushDescriptorSetKHR(
                    commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines.layout(), 0, writes);
        } else {
            vkUpdateDescriptorSets(device.handle(), writes, null);
            vkCmdBindDescriptorSets(
                    commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines.layout(), 0, stack.longs(set), null);
        }
    }

    private long descriptorSet(MemoryStack stack) {
        LongBuffer handle = stack.mallocLong(1);
        var info = VkDescriptorSetAllocateInfo.calloc(stack)
                .sType$Default()
                .descriptorPool(descriptors)
                .pSetLayouts(stack.longs(pipelines.setLayout()));
        VkResult.check(vkAllocateDescriptorSets(device.handle(), info, handle), "get a descriptor set");
        return handle.get(0);
    }

    /** Hands its commands to the device, with these parameters; they must not be running. */
    void submit(MemorySegment gathered) {
        MemorySegment.copy(gathered, 0, parameters.mapped(), 0, gathered.byteSize());
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

    @Override
    public void close() {
        parameters.close();
        vkDestroyFence(device.handle(), fence, null);
        if (descriptors != 0) {
            vkDestroyDescriptorPool(device.handle(), descriptors, null);
        }
    }
}

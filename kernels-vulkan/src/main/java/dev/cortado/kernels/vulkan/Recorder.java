package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import dev.cortado.engine.backend.BackendException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.KHRPushDescriptor;
import org.lwjgl.vulkan.VkBufferCopy;
import org.lwjgl.vulkan.VkCommandBuffer;
import org.lwjgl.vulkan.VkCommandPoolCreateInfo;
import org.lwjgl.vulkan.VkDescriptorBufferInfo;
import org.lwjgl.vulkan.VkMemoryBarrier;
import org.lwjgl.vulkan.VkWriteDescriptorSet;

/**
 * Records commands in the order in which they are to take effect, and submits them when a result is read or when enough
 * have gathered that the device should begin. A barrier is placed only where a command touches what one since the last
 * barrier wrote, or writes what one read. Its methods are called while its lock is held.
 */
final class Recorder implements AutoCloseable {
    private static final int FRAMES = 3;
    /** So many dispatches keep a device busy while the next ones are recorded. */
    private static final int EARLY_SUBMIT = 96;
    /**
     * Multiplications of a submission, so that slow devices are done before systems take them for hung (2 s on
     * Windows).
     */
    private static final long LARGEST_WORK = 50_000_000_000L;

    private static final int ACCESSES = VK_ACCESS_SHADER_READ_BIT
            | VK_ACCESS_SHADER_WRITE_BIT
            | VK_ACCESS_TRANSFER_READ_BIT
            | VK_ACCESS_TRANSFER_WRITE_BIT;
    private static final int STAGES = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;

    private final VulkanDevice device;
    private final Pipelines pipelines;
    private final long commandPool;
    private final Frame[] frames = new Frame[FRAMES];
    private final Dispatch dispatch = new Dispatch(this);
    private int current;
    private boolean recording;
    private int dispatches;
    private long work;
    private boolean failed;
    private long epoch;
    private @Nullable MemoryBlock readback;

    Recorder(VulkanDevice device) {
        this.device = device;
        this.pipelines = new Pipelines(device);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer handle = stack.mallocLong(1);
            var info = VkCommandPoolCreateInfo.calloc(stack)
                    .sType$Default()
                    .queueFamilyIndex(device.facts().computeQueue())
                    .flags(VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT);
            VkResult.check(vkCreateCommandPool(device.handle(), info, null, handle), "make a command pool");
            commandPool = handle.get(0);
        }
        for (int i = 0; i < FRAMES; i++) {
            frames[i] = new Frame(device, commandPool);
        }
    }

    VulkanDevice device() {
        return device;
    }

    /** Begins the description of a dispatch; one at a time. */
    Dispatch dispatch(String shader) {
        return dispatch.begin(shader);
    }

    private Frame frame() {
        Frame frame = frames[current];
        if (!recording) {
            frame.begin();
            recording = true;
            barrier(frame.commands(), VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT, ACCESSES);
        }
        return frame;
    }

    private void barrier(VkCommandBuffer commands, int stages, int accesses) {
        epoch++;
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var barrier = VkMemoryBarrier.calloc(1, stack)
                    .sType$Default()
                    .srcAccessMask(VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT)
                    .dstAccessMask(accesses);
            vkCmdPipelineBarrier(commands, STAGES, stages, 0, barrier, null, null);
        }
    }

    void record(Dispatch d, int x, int y, int z) {
        long pipeline = pipelines.get(d.shader());
        Frame frame = frame();
        VkCommandBuffer commands = frame.commands();
        if (d.conflicts(epoch)) {
            barrier(commands, STAGES, ACCESSES);
        }
        d.touch(epoch);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
            bind(stack, frame, d);
            vkCmdPushConstants(commands, pipelines.layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0, d.constants());
            vkCmdDispatch(commands, x, y, z);
        }
        dispatches++;
        work += d.work();
        if (dispatches >= EARLY_SUBMIT || work >= LARGEST_WORK) {
            submit();
        }
    }

    private void bind(MemoryStack stack, Frame frame, Dispatch d) {
        long set = device.pushDescriptors() ? 0 : frame.descriptorSet(stack, pipelines.setLayout());
        var writes = VkWriteDescriptorSet.calloc(d.bindings(), stack);
        for (int i = 0; i < d.bindings(); i++) {
            var buffer = VkDescriptorBufferInfo.calloc(1, stack);
            buffer.get(0)
                    .buffer(d.region(i).block().buffer())
                    .offset(d.offset(i))
                    .range(d.range(i));
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
                    frame.commands(), VK_PIPELINE_BIND_POINT_COMPUTE, pipelines.layout(), 0, writes);
        } else {
            vkUpdateDescriptorSets(device.handle(), writes, null);
            vkCmdBindDescriptorSets(
                    frame.commands(), VK_PIPELINE_BIND_POINT_COMPUTE, pipelines.layout(), 0, stack.longs(set), null);
        }
    }

    /** Memory of {@code bytes} bytes for the commands that are recorded next, up to the next submission. */
    Region upload(long bytes) {
        return frame().upload(bytes);
    }

    /** Ints for the next dispatch. */
    Region upload(int[] values, int count) {
        Region region = upload(4L * Math.max(1, count));
        MemorySegment.copy(values, 0, region.block().segment(region), ValueLayout.JAVA_INT, 0, count);
        return region;
    }

    /** Floats for the next command. */
    Region upload(float[] values, int from, int count) {
        Region region = upload(4L * Math.max(1, count));
        MemorySegment.copy(values, from, region.block().segment(region), ValueLayout.JAVA_FLOAT, 0, count);
        return region;
    }

    void copy(Region source, long from, Region target, long to, long bytes) {
        VkCommandBuffer commands = frame().commands();
        if (source.conflicts(false, epoch) || target.conflictsWithCopy(to, epoch)) {
            barrier(commands, STAGES, ACCESSES);
        }
        source.touch(false, epoch);
        target.touchByCopy(to + bytes, epoch);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var piece = VkBufferCopy.calloc(1, stack);
            piece.get(0)
                    .srcOffset(source.offset() + from)
                    .dstOffset(target.offset() + to)
                    .size(bytes);
            vkCmdCopyBuffer(commands, source.block().buffer(), target.block().buffer(), piece);
        }
    }

    /** Zeroes a region, a multiple of four bytes long. */
    void clear(Region region) {
        VkCommandBuffer commands = frame().commands();
        if (region.conflicts(true, epoch)) {
            barrier(commands, STAGES, ACCESSES);
        }
        region.touch(true, epoch);
        vkCmdFillBuffer(commands, region.block().buffer(), region.offset(), region.bytes(), 0);
    }

    /** Lets everything recorded run and returns these bytes of a region; the segment is valid until the next read. */
    MemorySegment read(Region source, long from, long bytes) {
        MemoryBlock block = readback;
        if (block == null || block.size() < bytes) {
            finish();
            if (block != null) {
                readback = null;
                block.close();
            }
            block = new MemoryBlock(device, MemoryBlock.Kind.READBACK, Math.max(1 << 20, bytes));
            readback = block;
        }
        block.reset();
        Region target = block.cut(bytes);
        if (target == null) {
            throw new IllegalStateException("a block of %d bytes for %d".formatted(block.size(), bytes));
        }
        copy(source, from, target, 0, bytes);
        barrier(frame().commands(), VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
        finish();
        return block.segment(target);
    }

    /** Hands what was recorded to the device and goes on recording. */
    void submit() {
        if (recording) {
            recording = false;
            dispatches = 0;
            work = 0;
            orLose(frames[current]::submit);
            current = (current + 1) % FRAMES;
        }
    }

    /** Submits, and waits until everything has run. */
    void finish() {
        submit();
        for (Frame frame : frames) {
            orLose(frame::await);
        }
    }

    /** As {@link #finish}, before memory is given back: a device that failed has nothing left to wait for. */
    void settle() {
        if (!failed) {
            finish();
        }
    }

    private void orLose(Runnable step) {
        try {
            step.run();
        } catch (BackendException e) {
            failed = true;
            throw e;
        }
    }

    @Override
    public void close() {
        vkDeviceWaitIdle(device.handle());
        if (readback != null) {
            readback.close();
        }
        for (Frame frame : frames) {
            frame.close();
        }
        vkDestroyCommandPool(device.handle(), commandPool, null);
        pipelines.close();
    }
}

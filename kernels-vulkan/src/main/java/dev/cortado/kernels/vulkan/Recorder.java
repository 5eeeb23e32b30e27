package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import dev.cortado.engine.backend.BackendException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.LongBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.VkCommandPoolCreateInfo;

/**
 * Gathers commands in the order in which they are to take effect, and submits them when a result is read or when enough
 * have gathered that the device should begin. A barrier is placed only where a command touches what one since the last
 * barrier wrote, or writes what one read.
 *
 * <p>Nothing is recorded while commands are gathered. Only at the submission they are compared with the frames that were
 * recorded before: where one holds the same, which in decoding is all but the first token's, it is submitted again. What
 * changes from token to token (ids, positions, lengths) is not part of the commands, it lies in the parameters of the
 * frame. A context that grows, is cut or shifted, another sequence or another number of rows need no rule of their own:
 * their commands are others, or they are the same.
 *
 * <p>Its methods are called while its lock is held.
 */
final class Recorder implements AutoCloseable {
    /** Submissions that may be under way while commands are gathered, and one more. */
    private static final int TURNS = 3;
    /** Frames that are kept; a token of a large model takes about ten. */
    private static final int FRAMES = 64;
    /** Uploads up to so many bytes are parameters. */
    private static final int LARGEST_PARAMETER = 16 << 10;
    /** So many dispatches keep a device busy while the next ones are gathered. */
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
    private final List<Frame> frames = new ArrayList<>(); // the one that was not used for longest first
    private final Deque<Frame> running = new ArrayDeque<>();
    private final List<List<MemoryBlock>> uploads = new ArrayList<>(); // of each turn
    private final MemoryBlock parameters;
    private final Dispatch dispatch = new Dispatch(this);
    private final List<Command> script = new ArrayList<>();
    private int turn;
    private int dispatches;
    private long work;
    private long recordings;
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
        parameters = new MemoryBlock(device, MemoryBlock.Kind.READBACK, Frame.PARAMETERS); // the CPU reads it again
        for (int i = 0; i < TURNS; i++) {
            uploads.add(new ArrayList<>());
        }
    }

    VulkanDevice device() {
        return device;
    }

    /** How often a command buffer was recorded so far. */
    long recordings() {
        return recordings;
    }

    /** Begins the description of a dispatch; one at a time. */
    Dispatch dispatch(String shader) {
        return dispatch.begin(shader);
    }

    private void begin() {
        if (script.isEmpty()) {
            if (running.size() == TURNS) {
                orLose(running.remove()::await);
            }
            uploads.get(turn).forEach(MemoryBlock::reset);
            parameters.reset();
            barrier(STAGES, ACCESSES);
        }
    }

    private void barrier(int stages, int accesses) {
        epoch++;
        script.add(new Command.Barrier(stages, accesses));
    }

    void record(Dispatch d, int x, int y, int z) {
        long pipeline = pipelines.get(d.shader());
        begin();
        if (d.conflicts(epoch)) {
            barrier(STAGES, ACCESSES);
        }
        script.add(new Command.Compute(pipeline, d.bindings(), d.constants(), x, y, z));
        d.touch(epoch);
        dispatches++;
        work += d.work();
        if (dispatches >= EARLY_SUBMIT || work >= LARGEST_WORK) {
            submit();
        }
    }

    /** Memory of {@code bytes} bytes for the commands that come next, up to the next submission. */
    Region upload(long bytes) {
        begin();
        Region parameter = bytes <= LARGEST_PARAMETER ? parameters.cut(bytes) : null;
        if (parameter != null) {
            return parameter;
        }
        List<MemoryBlock> blocks = uploads.get(turn);
        for (MemoryBlock block : blocks) {
            Region region = block.cut(bytes);
            if (region != null) {
                return region;
            }
        }
        blocks.add(new MemoryBlock(device, MemoryBlock.Kind.UPLOAD, Math.max(1 << 20, bytes)));
        return upload(bytes);
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
        begin();
        if (source.conflicts(false, epoch) || target.conflictsWithCopy(to, epoch)) {
            barrier(STAGES, ACCESSES);
        }
        source.touch(false, epoch);
        target.touchByCopy(to + bytes, epoch);
        script.add(new Command.Copy(
                source.block(), source.offset() + from, target.block(), target.offset() + to, bytes));
    }

    /** Zeroes a region, a multiple of four bytes long. */
    void clear(Region region) {
        begin();
        if (region.conflicts(true, epoch)) {
            barrier(STAGES, ACCESSES);
        }
        region.touch(true, epoch);
        script.add(new Command.Clear(region.block(), region.offset(), region.bytes()));
    }

    /** Lets everything gathered run and returns these bytes of a region; the segment is valid until the next read. */
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
        barrier(VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
        finish();
        return block.segment(target);
    }

    /** Hands what was gathered to the device and goes on gathering. */
    void submit() {
        if (!script.isEmpty()) {
            dispatches = 0;
            work = 0;
            try {
                Frame frame = recorded();
                orLose(() -> frame.submit(parameters.used()));
                running.add(frame);
            } finally {
                script.clear();
                turn = (turn + 1) % TURNS;
            }
        }
    }

    /** A frame that holds the gathered commands. */
    private Frame recorded() {
        Frame frame = device.replays() ? held() : null;
        if (frame == null) {
            frame = frames.size() < FRAMES ? new Frame(device, pipelines, commandPool) : frames.removeFirst();
            frames.add(frame);
            frame.record(script, parameters);
            recordings++;
        }
        return frame;
    }

    private @Nullable Frame held() {
        for (int i = frames.size() - 1; i >= 0; i--) {
            Frame frame = frames.get(i);
            if (frame.holds(script)) {
                frames.add(frames.remove(i));
                return frame;
            }
        }
        return null;
    }

    /** Submits, and waits until everything has run. */
    void finish() {
        submit();
        while (!running.isEmpty()) {
            orLose(running.remove()::await);
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
        uploads.forEach(blocks -> blocks.forEach(MemoryBlock::close));
        parameters.close();
        frames.forEach(Frame::close);
        vkDestroyCommandPool(device.handle(), commandPool, null);
        pipelines.close();
    }
}

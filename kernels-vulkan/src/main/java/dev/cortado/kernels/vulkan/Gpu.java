package dev.cortado.kernels.vulkan;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An open device with its memory and the recorder of its commands. One thread at a time uses it: every operation holds
 * the lock on it from the first to the last of its commands.
 */
final class Gpu implements AutoCloseable {
    private final VulkanDevice device;
    private final Recorder recorder;
    private final DeviceMemory weights;
    private final DeviceMemory memory;
    private final Queue<Region> abandoned = new ConcurrentLinkedQueue<>();
    private boolean closed;

    Gpu(String name, Switches switches) {
        device = new VulkanDevice(name, switches);
        recorder = new Recorder(device);
        weights = new DeviceMemory(device);
        memory = new DeviceMemory(device);
    }

    VulkanDevice device() {
        return device;
    }

    Recorder recorder() {
        open();
        return recorder;
    }

    Dispatch dispatch(String shader) {
        open();
        return recorder.dispatch(shader);
    }

    /** {@code _sg1} for the variant of a shader with subgroup arithmetic, {@code _sg0} for the one without. */
    String subgroups() {
        return device.subgroups() ? "_sg1" : "_sg0";
    }

    /** {@code _f16} for the variant of a shader that multiplies in float16, {@code _f32} for the one that does not. */
    String precision(VulkanMatrix weight) {
        return device.float16() && weight.halves() ? "_f16" : "_f32";
    }

    /** Device memory that may still be allocated. */
    long free() {
        return device.free(weights.taken() + memory.taken());
    }

    /** Memory for weights; their blocks become free when a model is closed, whatever else is alive. */
    Region allocateWeights(long bytes, String what) {
        open();
        return weights.allocate(bytes, free(), what);
    }

    /** Zeroed memory. */
    Region allocate(long bytes, String what) {
        open();
        if (!abandoned.isEmpty()) {
            recorder.finish();
            for (Region region = abandoned.poll(); region != null; region = abandoned.poll()) {
                memory.free(region);
            }
        }
        Region region = memory.allocate((bytes + 3) / 4 * 4, free(), what);
        recorder.clear(region);
        return region;
    }

    void freeWeights(Region region) {
        if (!closed) {
            recorder.settle();
            weights.free(region);
        }
    }

    void free(Region region) {
        if (!closed) {
            recorder.settle();
            memory.free(region);
        }
    }

    /** Frees a region some time later; from any thread, without the lock. */
    void abandon(Region region) {
        abandoned.add(region);
    }

    void open() {
        if (closed) {
            throw new IllegalStateException(
                    "device %s used after close".formatted(device.facts().name()));
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            recorder.close();
            weights.close();
            memory.close();
            device.close();
        }
    }
}

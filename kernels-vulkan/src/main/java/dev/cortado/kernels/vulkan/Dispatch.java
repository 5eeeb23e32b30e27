package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.BackendException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dispatch under description: a shader, the regions that it binds in order, its push constants in order. */
final class Dispatch {
    /** Groups in x that every device takes. */
    private static final int LARGEST_X = 1 << 15;

    private final Recorder recorder;
    private final Region[] regions = new Region[Pipelines.BINDINGS];
    private final long[] offsets = new long[Pipelines.BINDINGS];
    private final long[] ranges = new long[Pipelines.BINDINGS];
    private final boolean[] written = new boolean[Pipelines.BINDINGS];
    private final ByteBuffer constants =
            ByteBuffer.allocate(Pipelines.PUSH_BYTES).order(ByteOrder.nativeOrder());
    private String shader = "";
    private int bindings;
    private long work;

    Dispatch(Recorder recorder) {
        this.recorder = recorder;
    }

    Dispatch begin(String shader) {
        this.shader = shader;
        bindings = 0;
        work = 0;
        constants.clear();
        return this;
    }

    /** Binds a region that the shader reads. */
    Dispatch read(Region region) {
        return bind(region, 0, region.bytes(), false);
    }

    /** Binds a region that the shader writes, and perhaps reads. */
    Dispatch write(Region region) {
        return bind(region, 0, region.bytes(), true);
    }

    /** Binds a part of a region, whose offset is a multiple of {@link MemoryBlock#ALIGNMENT}. */
    Dispatch bind(Region region, long offset, long range, boolean write) {
        if (range > recorder.device().storageRange()) {
            throw new BackendException(
                    "%d MiB are to be bound at once, %s allows %d MiB; fewer rows at a time need less"
                            .formatted(
                                    range >> 20,
                                    recorder.device().facts().name(),
                                    recorder.device().storageRange() >> 20));
        }
        regions[bindings] = region;
        offsets[bindings] = region.offset() + offset;
        ranges[bindings] = range;
        written[bindings] = write;
        bindings++;
        return this;
    }

    /** Binds a parameter that the shader reads, or something that it does not read if there is none. */
    Dispatch optional(@Nullable VulkanParameter parameter) {
        return optionalRegion(parameter == null ? null : parameter.region());
    }

    /** Binds a region that the shader reads, or something that it does not read if there is none. */
    Dispatch optionalRegion(@Nullable Region region) {
        return region == null ? bind(regions[0], 0, 4, false) : read(region);
    }

    Dispatch push(int... values) {
        for (int value : values) {
            constants.putInt(value);
        }
        return this;
    }

    Dispatch push(float value) {
        constants.putFloat(value);
        return this;
    }

    /** Says how many multiplications it makes, if they are many. */
    Dispatch work(long multiplications) {
        work = multiplications;
        return this;
    }

    long work() {
        return work;
    }

    /** Binds rows of activations; the shader gets their first float's index and their stride as push constants. */
    Dispatch read(VulkanActivations x) {
        return bind(x.region(), 0, x.bytesInUse(), false).push(x.offset(), x.stride());
    }

    /** As {@link #read(VulkanActivations)}, for writing. */
    Dispatch write(VulkanActivations x) {
        return bind(x.region(), 0, x.bytesInUse(), true).push(x.offset(), x.stride());
    }

    /** Records it with at least one group in each direction, none if there is nothing to do. */
    void groups(int x, int y, int z) {
        if (x > 0 && y > 0 && z > 0) {
            recorder.record(this, x, y, z);
        }
    }

    /** Records it with {@code count} groups, which the shader counts in x and, beyond a limit of devices, in y. */
    void groups(long count, int z) {
        int x = (int) Math.min(count, LARGEST_X);
        groups(x, x == 0 ? 0 : Math.toIntExact((count + x - 1) / x), z);
    }

    /** Records it with groups of {@code size} invocations, at least {@code count} invocations in all. */
    void invocations(long count, int size) {
        groups((count + size - 1) / size, 1);
    }

    String shader() {
        return shader;
    }

    List<Command.Binding> bindings() {
        Command.Binding[] all = new Command.Binding[bindings];
        for (int i = 0; i < bindings; i++) {
            all[i] = new Command.Binding(regions[i].block(), offsets[i], ranges[i]);
        }
        return List.of(all);
    }

    /** The push constants. */
    ByteBuffer constants() {
        ByteBuffer copy = ByteBuffer.allocate(constants.position());
        return copy.put(0, constants, 0, constants.position());
    }

    boolean conflicts(long epoch) {
        for (int i = 0; i < bindings; i++) {
            if (regions[i].conflicts(written[i], epoch)) {
                return true;
            }
        }
        return false;
    }

    void touch(long epoch) {
        for (int i = 0; i < bindings; i++) {
            regions[i].touch(written[i], epoch);
        }
        Arrays.fill(regions, bindings, regions.length, null);
    }
}

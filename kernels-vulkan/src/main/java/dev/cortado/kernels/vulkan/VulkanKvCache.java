package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values in device memory, a row of words per token: floats, pairs of halves, or Q8_0's quants of the row
 * followed by its scales.
 */
final class VulkanKvCache implements KvCache {
    private static final int BLOCK = 32;
    private static final int BLOCK_BYTES = 34;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final Gpu gpu;
    private final KvShape shape;
    private final int capacity;
    private final @Nullable Region[] keys;
    private final @Nullable Region[] values;
    private final @Nullable Region[] states;
    private boolean closed;

    private VulkanKvCache(Gpu gpu, KvShape shape, int capacity) {
        this.gpu = gpu;
        this.shape = shape;
        this.capacity = capacity;
        keys = new Region[shape.layers()];
        values = new Region[shape.layers()];
        states = new Region[shape.layers()];
    }

    static VulkanKvCache allocate(Gpu gpu, KvShape shape, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a cache for %d tokens, expected at least 1".formatted(capacity));
        }
        VulkanKvCache cache = new VulkanKvCache(gpu, shape, capacity);
        synchronized (gpu) {
            try {
                for (int layer = 0; layer < shape.layers(); layer++) {
                    cache.keys[layer] = cache.rows(shape.keyWidths()[layer]);
                    cache.values[layer] = cache.rows(shape.valueWidths()[layer]);
                    int floats = shape.stateSizes()[layer];
                    cache.states[layer] = floats == 0 ? null : gpu.allocate(4L * floats, "recurrent state");
                }
            } catch (RuntimeException e) {
                cache.close();
                throw e;
            }
        }
        return cache;
    }

    private @Nullable Region rows(int width) {
        return width == 0
                ? null
                : gpu.allocate(4L * capacity * stride(width), "a context of %d tokens".formatted(capacity));
    }

    /** Bytes of device memory that a cache takes. */
    static long bytes(KvShape shape, int capacity) {
        long bytes = 0;
        for (int layer = 0; layer < shape.layers(); layer++) {
            bytes += aligned(4L * capacity * stride(shape.type(), shape.keyWidths()[layer]))
                    + aligned(4L * capacity * stride(shape.type(), shape.valueWidths()[layer]))
                    + aligned(4L * shape.stateSizes()[layer]);
        }
        return bytes;
    }

    private static long aligned(long bytes) {
        return (bytes + MemoryBlock.ALIGNMENT - 1) / MemoryBlock.ALIGNMENT * MemoryBlock.ALIGNMENT;
    }

    /** Words of a row of {@code width} floats. */
    int stride(int width) {
        return stride(shape.type(), width);
    }

    private static int stride(KvShape.Type type, int width) {
        return switch (type) {
            case F32 -> width;
            case F16 -> (width + 1) / 2;
            case Q8_0 -> width / 4 + units(type, width);
        };
    }

    /** Invocations that store a row. */
    int units(int width) {
        return units(shape.type(), width);
    }

    private static int units(KvShape.Type type, int width) {
        return switch (type) {
            case F32, F16 -> stride(type, width);
            case Q8_0 -> (width / BLOCK + 1) / 2;
        };
    }

    static VulkanKvCache of(KvCache cache) {
        if (!(cache instanceof VulkanKvCache own)) {
            throw new IllegalArgumentException("a cache of %s, expected one of this backend"
                    .formatted(cache.getClass().getName()));
        }
        own.open();
        return own;
    }

    /** The segment's cache, which must have that layer and room for its tokens. */
    static VulkanKvCache of(Segment s, int layer) {
        VulkanKvCache cache = of(s.cache());
        Require.index("layer", layer, cache.shape.layers());
        cache.requireRange((long) s.base() + s.position(), s.rows());
        return cache;
    }

    /** Keys of a layer, which must have some. */
    Region keys(int layer) {
        return present(keys[layer], layer, "keys");
    }

    /** Values of a layer, which are its keys where it has none of its own. */
    Region values(int layer) {
        Region own = values[layer];
        return own == null ? keys(layer) : own;
    }

    /** The layer's recurrent state, which must hold {@code floats} floats from {@code from}. */
    Region state(int layer, int from, long floats) {
        if (from < 0 || from + floats > shape.stateSizes()[layer]) {
            throw new IllegalArgumentException("layer %d has %d floats of state, expected at least %d from %d"
                    .formatted(layer, shape.stateSizes()[layer], floats, from));
        }
        return present(states[layer], layer, "state");
    }

    private static Region present(@Nullable Region region, int layer, String what) {
        if (region == null) {
            throw new IllegalArgumentException("layer %d of the cache has no %s".formatted(layer, what));
        }
        return region;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public KvShape shape() {
        return shape;
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (@Nullable Region[] regions : new @Nullable Region[][] {keys, values, states}) {
            for (Region region : regions) {
                bytes += region == null ? 0 : region.bytes();
            }
        }
        return bytes;
    }

    @Override
    public void resetState() {
        synchronized (gpu) {
            open();
            for (Region state : states) {
                if (state != null) {
                    gpu.recorder().clear(state);
                }
            }
        }
    }

    @Override
    public void save(int layer, int from, int tokens, MemorySegment target) {
        requireTransfer(layer, from, tokens, target);
        synchronized (gpu) {
            long at = save(keys[layer], shape.keyWidths()[layer], from, tokens, target, 0);
            at = save(values[layer], shape.valueWidths()[layer], from, tokens, target, at);
            Region state = states[layer];
            if (state != null) {
                MemorySegment.copy(gpu.recorder().read(state, 0, state.bytes()), 0, target, at, state.bytes());
            }
        }
    }

    private long save(@Nullable Region rows, int width, int from, int tokens, MemorySegment target, long at) {
        long bytes = tokens * shape.type().bytes(width);
        if (rows != null && tokens > 0) {
            long rowBytes = 4L * stride(width);
            MemorySegment words = gpu.recorder().read(rows, from * rowBytes, tokens * rowBytes);
            for (int token = 0; token < tokens; token++) {
                rowOut(
                        words.asSlice(token * rowBytes, rowBytes),
                        width,
                        target,
                        at + token * shape.type().bytes(width));
            }
        }
        return at + bytes;
    }

    private void rowOut(MemorySegment words, int width, MemorySegment target, long at) {
        if (shape.type() != KvShape.Type.Q8_0) {
            MemorySegment.copy(words, 0, target, at, shape.type().bytes(width));
            return;
        }
        for (int block = 0; block < width / BLOCK; block++) {
            long to = at + (long) BLOCK_BYTES * block;
            target.set(SHORT, to, words.get(SHORT, width + 2L * block));
            for (int i = 0; i < BLOCK; i += 8) {
                target.set(LONG, to + 2 + i, words.get(LONG, (long) BLOCK * block + i));
            }
        }
    }

    @Override
    public void restore(int layer, int from, int tokens, MemorySegment source) {
        requireTransfer(layer, from, tokens, source);
        synchronized (gpu) {
            long at = restore(keys[layer], shape.keyWidths()[layer], from, tokens, source, 0);
            at = restore(values[layer], shape.valueWidths()[layer], from, tokens, source, at);
            Region state = states[layer];
            if (state != null) {
                upload(source.asSlice(at, state.bytes()), state, 0);
            }
        }
    }

    private long restore(@Nullable Region rows, int width, int from, int tokens, MemorySegment source, long at) {
        long bytes = tokens * shape.type().bytes(width);
        if (rows != null && tokens > 0) {
            long rowBytes = 4L * stride(width);
            Region staging = gpu.recorder().upload(tokens * rowBytes);
            MemorySegment words = staging.block().segment(staging);
            for (int token = 0; token < tokens; token++) {
                rowIn(source, at + token * shape.type().bytes(width), width, words.asSlice(token * rowBytes, rowBytes));
            }
            gpu.recorder().copy(staging, 0, rows, from * rowBytes, tokens * rowBytes);
        }
        return at + bytes;
    }

    private void rowIn(MemorySegment source, long at, int width, MemorySegment words) {
        if (shape.type() != KvShape.Type.Q8_0) {
            MemorySegment.copy(source, at, words, 0, shape.type().bytes(width));
            return;
        }
        for (int block = 0; block < width / BLOCK; block++) {
            long from = at + (long) BLOCK_BYTES * block;
            words.set(SHORT, width + 2L * block, source.get(SHORT, from));
            for (int i = 0; i < BLOCK; i += 8) {
                words.set(LONG, (long) BLOCK * block + i, source.get(LONG, from + 2 + i));
            }
        }
    }

    private void upload(MemorySegment source, Region target, long to) {
        Region staging = gpu.recorder().upload(source.byteSize());
        MemorySegment.copy(source, 0, staging.block().segment(staging), 0, source.byteSize());
        gpu.recorder().copy(staging, 0, target, to, source.byteSize());
    }

    private void requireTransfer(int layer, int from, int tokens, MemorySegment segment) {
        open();
        Require.index("layer", layer, shape.layers());
        requireRange(from, tokens);
        if (segment.byteSize() != shape.bytes(layer, tokens)) {
            throw new IllegalArgumentException("%d bytes for %d tokens of layer %d, expected %d"
                    .formatted(segment.byteSize(), tokens, layer, shape.bytes(layer, tokens)));
        }
    }

    private void requireRange(long from, int tokens) {
        if (from < 0 || tokens < 0 || from + tokens > capacity) {
            throw new IllegalArgumentException(
                    "cache indices %d to %d, expected some of 0 to %d".formatted(from, from + tokens, capacity));
        }
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("cache used after close");
        }
    }

    @Override
    public void close() {
        synchronized (gpu) {
            if (!closed) {
                closed = true;
                for (@Nullable Region[] regions : new @Nullable Region[][] {keys, values, states}) {
                    for (Region region : regions) {
                        if (region != null) {
                            gpu.free(region);
                        }
                    }
                }
            }
        }
    }
}

package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Keys, values and recurrent state on the heap; pages of keys and values come into being as a sequence grows. */
final class CpuKvCache implements KvCache {
    private final KvShape shape;
    private final int capacity;
    private final @Nullable KvStore[] keys;
    private final @Nullable KvStore[] values;
    private final float[][] states;
    private boolean closed;

    CpuKvCache(KvShape shape, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a cache for %d tokens; at least 1 is possible".formatted(capacity));
        }
        this.shape = shape;
        this.capacity = capacity;
        int layers = shape.layers();
        keys = new @Nullable KvStore[layers];
        values = new @Nullable KvStore[layers];
        states = new float[layers][];
        for (int layer = 0; layer < layers; layer++) {
            keys[layer] = store(KvStore.Order.KEYS, shape.keyWidths()[layer]);
            values[layer] = store(KvStore.Order.VALUES, shape.valueWidths()[layer]);
            states[layer] = new float[shape.stateSizes()[layer]];
        }
    }

    private @Nullable KvStore store(KvStore.Order order, int columns) {
        if (columns == 0) {
            return null;
        }
        return switch (shape.type()) {
            case F16 -> new HalfStore(order, columns, capacity);
            case F32 -> new FloatStore(order, columns, capacity);
            case Q8_0 -> new Q8Store(order, columns, capacity);
        };
    }

    static CpuKvCache of(KvCache cache) {
        if (!(cache instanceof CpuKvCache own)) {
            throw new IllegalArgumentException("a cache of another backend: " + cache.getClass());
        }
        if (own.closed) {
            throw new IllegalStateException("this cache is closed");
        }
        return own;
    }

    /** The keys of an attention layer. */
    KvStore keys(int layer) {
        KvStore store = keys[layer];
        if (store == null) {
            throw new IllegalArgumentException("layer %d has no keys".formatted(layer));
        }
        return store;
    }

    /** The values of an attention layer, or null where they are the head of the key. */
    @Nullable KvStore values(int layer) {
        return values[layer];
    }

    /** The recurrent state of a layer. */
    float[] state(int layer) {
        return states[layer];
    }

    /** Removes positions of one layer; see {@link dev.cortado.engine.backend.Backend#discard}. */
    void discard(int layer, int from, int count, int length, @Nullable Rotary rotary, int headWidth) {
        KvStore key = keys[layer];
        KvStore value = values[layer];
        int width = shape.keyWidths()[layer];
        float[] turned = new float[width];
        float[] angles = rotary == null ? turned : rotary.anglesBack(count);
        for (int slot = from + count; slot < length; slot++) {
            if (key != null && rotary != null) {
                key.get(slot, turned, 0);
                rotary.turn(turned, 0, width, headWidth, angles, 0);
                key.put(slot - count, turned, 0);
            } else if (key != null) {
                key.move(slot, slot - count);
            }
            if (value != null) {
                value.move(slot, slot - count);
            }
        }
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
        for (int layer = 0; layer < shape.layers(); layer++) {
            bytes += shape.bytes(layer, capacity);
        }
        return bytes;
    }

    @Override
    public void resetState() {
        for (float[] state : states) {
            Arrays.fill(state, 0);
        }
    }

    @Override
    public void save(int layer, int from, int tokens, MemorySegment target) {
        requireTransfer(layer, from, tokens, target);
        long at = save(keys[layer], from, tokens, target, 0, shape.keyWidths()[layer]);
        at = save(values[layer], from, tokens, target, at, shape.valueWidths()[layer]);
        MemorySegment.copy(states[layer], 0, target, AllMemory.FLOAT, at, states[layer].length);
    }

    private long save(@Nullable KvStore store, int from, int tokens, MemorySegment target, long at, int columns) {
        long bytes = shape.type().bytes(columns);
        if (store != null && tokens > 0) {
            store.reserve(from, from + tokens - 1);
            for (int i = 0; i < tokens; i++) {
                store.save(from + i, target, at + i * bytes);
            }
        }
        return at + tokens * bytes;
    }

    @Override
    public void restore(int layer, int from, int tokens, MemorySegment source) {
        requireTransfer(layer, from, tokens, source);
        long at = restore(keys[layer], from, tokens, source, 0, shape.keyWidths()[layer]);
        at = restore(values[layer], from, tokens, source, at, shape.valueWidths()[layer]);
        MemorySegment.copy(source, AllMemory.FLOAT, at, states[layer], 0, states[layer].length);
    }

    private long restore(@Nullable KvStore store, int from, int tokens, MemorySegment source, long at, int columns) {
        long bytes = shape.type().bytes(columns);
        if (store != null && tokens > 0) {
            store.reserve(from, from + tokens - 1);
            for (int i = 0; i < tokens; i++) {
                store.restore(from + i, source, at + i * bytes);
            }
        }
        return at + tokens * bytes;
    }

    private void requireTransfer(int layer, int from, int tokens, MemorySegment segment) {
        of(this);
        Shapes.index("layer", layer, shape.layers());
        Shapes.range("cache indices", from, tokens, capacity);
        if (segment.byteSize() != shape.bytes(layer, tokens)) {
            throw new IllegalArgumentException("%d bytes for %d tokens of layer %d, expected %d"
                    .formatted(segment.byteSize(), tokens, layer, shape.bytes(layer, tokens)));
        }
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(keys, null);
        Arrays.fill(values, null);
    }
}

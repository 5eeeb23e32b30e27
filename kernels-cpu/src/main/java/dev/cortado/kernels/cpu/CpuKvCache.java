package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
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
        for (int slot = from + count; slot < length; slot++) {
            if (key != null && rotary != null) {
                key.get(slot, turned, 0);
                rotary.rotate(turned, 0, width, headWidth, -count);
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
            long columns = (long) shape.keyWidths()[layer] + shape.valueWidths()[layer];
            bytes += 4L * shape.stateSizes()[layer]
                    + switch (shape.type()) {
                                case F16 -> 2 * columns;
                                case F32 -> 4 * columns;
                                case Q8_0 -> columns + (columns + 31) / 32 * 2;
                            }
                            * capacity;
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
    public void close() {
        closed = true;
        Arrays.fill(keys, null);
        Arrays.fill(values, null);
    }
}

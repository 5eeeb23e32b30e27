package dev.cortado.engine.reference;

import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Keys and values as floats that were rounded to the cache's type when they were stored. */
final class ReferenceKvCache implements KvCache {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final KvShape shape;
    private final int capacity;
    private final float[][] keys; // per layer [capacity x keyWidth]
    private final float[][] values; // per layer [capacity x valueWidth]
    private final float[][] states; // per layer [stateSize]
    private boolean closed;

    ReferenceKvCache(KvShape shape, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a cache for %d tokens, expected at least 1".formatted(capacity));
        }
        this.shape = shape;
        this.capacity = capacity;
        this.keys = new float[shape.layers()][];
        this.values = new float[shape.layers()][];
        this.states = new float[shape.layers()][];
        for (int layer = 0; layer < shape.layers(); layer++) {
            keys[layer] = rows(capacity, shape.keyWidths()[layer]);
            values[layer] = rows(capacity, shape.valueWidths()[layer]);
            states[layer] = new float[shape.stateSizes()[layer]];
        }
    }

    private static float[] rows(int capacity, int width) {
        if ((long) capacity * width > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "a cache of %d tokens x %d floats, expected fewer than 2^31 floats".formatted(capacity, width));
        }
        return new float[capacity * width];
    }

    static ReferenceKvCache of(KvCache cache) {
        if (!(cache instanceof ReferenceKvCache own)) {
            throw new IllegalArgumentException("a cache of %s, expected one of this backend"
                    .formatted(cache.getClass().getName()));
        }
        own.open();
        return own;
    }

    /** The segment's cache, which must have room for its tokens. */
    static ReferenceKvCache of(Segment s, int layer) {
        ReferenceKvCache cache = of(s.cache());
        Shapes.index("layer", layer, cache.shape.layers());
        cache.requireRange((long) s.base() + s.position(), s.rows());
        return cache;
    }

    float[] keys(int layer) {
        return keys[layer];
    }

    float[] values(int layer) {
        return values[layer];
    }

    /** The layer's recurrent state, which must hold {@code floats} floats from {@code from}. */
    float[] state(int layer, int from, int floats) {
        float[] state = states[layer];
        if (from < 0 || from + (long) floats > state.length) {
            throw new IllegalArgumentException("layer %d has %d floats of state, expected at least %d from %d"
                    .formatted(layer, state.length, floats, from));
        }
        return state;
    }

    /** Keeps a row of keys (or, with the values' array and width, of values) at a cache index. */
    void put(float[] rows, int width, int index, float[] row) {
        System.arraycopy(row, 0, rows, index * width, width);
        KvRounding.round(shape.type(), rows, index * width, width);
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
        long floats = 0;
        for (int layer = 0; layer < shape.layers(); layer++) {
            floats += (long) keys[layer].length + values[layer].length + states[layer].length;
        }
        return 4 * floats;
    }

    @Override
    public void resetState() {
        open();
        for (float[] state : states) {
            Arrays.fill(state, 0);
        }
    }

    @Override
    public void save(int layer, int from, int tokens, MemorySegment target) {
        requireTransfer(layer, from, tokens, target);
        int keyWidth = shape.keyWidths()[layer];
        int valueWidth = shape.valueWidths()[layer];
        long at = encode(keys[layer], from * keyWidth, tokens * keyWidth, target, 0);
        at = encode(values[layer], from * valueWidth, tokens * valueWidth, target, at);
        MemorySegment.copy(states[layer], 0, target, FLOAT, at, states[layer].length);
    }

    @Override
    public void restore(int layer, int from, int tokens, MemorySegment source) {
        requireTransfer(layer, from, tokens, source);
        int keyWidth = shape.keyWidths()[layer];
        int valueWidth = shape.valueWidths()[layer];
        long at = decode(source, 0, keys[layer], from * keyWidth, tokens * keyWidth);
        at = decode(source, at, values[layer], from * valueWidth, tokens * valueWidth);
        MemorySegment.copy(source, FLOAT, at, states[layer], 0, states[layer].length);
    }

    /** Writes floats in the cache's type; they were rounded to it, so nothing is lost. Returns where the next ones go. */
    private long encode(float[] floats, int from, int count, MemorySegment target, long at) {
        switch (shape.type()) {
            case F32 -> MemorySegment.copy(floats, from, target, FLOAT, at, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target.set(HALF, at + 2L * i, Float.floatToFloat16(floats[from + i]));
                }
            }
            case Q8_0 -> {
                for (int block = 0; block < count / KvRounding.BLOCK; block++) {
                    long blockAt = at + 34L * block;
                    int first = from + KvRounding.BLOCK * block;
                    float scale = KvRounding.scale(floats, first);
                    target.set(HALF, blockAt, Float.floatToFloat16(scale));
                    for (int i = 0; i < KvRounding.BLOCK; i++) {
                        byte quant = (byte) KvRounding.quant(floats[first + i], scale);
                        target.set(ValueLayout.JAVA_BYTE, blockAt + 2 + i, quant);
                    }
                }
            }
        }
        return at + shape.type().bytes(count);
    }

    /** The inverse of {@link #encode}. */
    private long decode(MemorySegment source, long at, float[] floats, int from, int count) {
        switch (shape.type()) {
            case F32 -> MemorySegment.copy(source, FLOAT, at, floats, from, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    floats[from + i] = Float.float16ToFloat(source.get(HALF, at + 2L * i));
                }
            }
            case Q8_0 -> {
                for (int i = 0; i < count; i++) {
                    long blockAt = at + 34L * (i / KvRounding.BLOCK);
                    byte quant = source.get(ValueLayout.JAVA_BYTE, blockAt + 2 + i % KvRounding.BLOCK);
                    floats[from + i] = quant * Float.float16ToFloat(source.get(HALF, blockAt));
                }
            }
        }
        return at + shape.type().bytes(count);
    }

    private void requireTransfer(int layer, int from, int tokens, MemorySegment segment) {
        open();
        Shapes.index("layer", layer, shape.layers());
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
        closed = true;
    }
}

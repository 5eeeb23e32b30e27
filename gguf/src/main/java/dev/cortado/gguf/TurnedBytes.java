package dev.cortado.gguf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The little-endian copy of a tensor of a big-endian file, made when it is first asked for. */
final class TurnedBytes implements Supplier<MemorySegment> {
    private static final long CACHE_LINE = 64;

    private final TensorType type;
    private final MemorySegment bigEndian;
    private final Arena arena;
    private @Nullable MemorySegment turned;

    /** @param arena owns the copy */
    TurnedBytes(TensorType type, MemorySegment bigEndian, Arena arena) {
        this.type = type;
        this.bigEndian = bigEndian;
        this.arena = arena;
    }

    @Override
    public synchronized MemorySegment get() {
        MemorySegment copy = turned;
        if (copy == null) {
            copy = arena.allocate(bigEndian.byteSize(), CACHE_LINE).copyFrom(bigEndian);
            BlockFields.swap(type, copy);
            copy = copy.asReadOnly();
            turned = copy;
        }
        return copy;
    }
}

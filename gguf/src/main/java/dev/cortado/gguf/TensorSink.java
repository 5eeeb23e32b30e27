package dev.cortado.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Takes one tensor's bytes for a file that is being written. */
public final class TensorSink {
    private final String name;
    private final TensorType type;
    private final long expected;
    private final Encoder out;
    private long written;

    TensorSink(String name, TensorType type, long expected, Encoder out) {
        this.name = name;
        this.type = type;
        this.expected = expected;
        this.out = out;
    }

    /**
     * The next bytes, little-endian.
     *
     * @param blocks any number of whole blocks, in any kind of memory; read before this returns
     */
    public void write(MemorySegment blocks) throws IOException {
        if (blocks.byteSize() % type.blockBytes() != 0 || blocks.byteSize() > expected - written) {
            throw new IllegalArgumentException(
                    "tensor %s: %d bytes after %d of %d given, whole blocks of %d bytes expected"
                            .formatted(Quoted.of(name), blocks.byteSize(), written, expected, type.blockBytes()));
        }
        out.blocks(type, blocks);
        written += blocks.byteSize();
    }

    void finish() {
        if (written != expected) {
            throw new IllegalStateException(
                    "tensor %s: its source gave %d bytes, %d expected".formatted(Quoted.of(name), written, expected));
        }
    }
}

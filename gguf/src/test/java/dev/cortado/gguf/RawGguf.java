package dev.cortado.gguf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Bytes of a GGUF file put together by hand, field by field as the format's description has them, right or wrong. */
final class RawGguf {
    private final ByteBuffer out;

    RawGguf(ByteOrder order, int version, long tensors, long pairs) {
        out = ByteBuffer.allocate(1 << 16).order(order);
        out.put("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.putInt(version).putLong(tensors).putLong(pairs);
    }

    RawGguf text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.putLong(bytes.length).put(bytes);
        return this;
    }

    RawGguf bytes(int... values) {
        for (int value : values) {
            out.put((byte) value);
        }
        return this;
    }

    RawGguf int32(int... values) {
        for (int value : values) {
            out.putInt(value);
        }
        return this;
    }

    RawGguf int64(long... values) {
        for (long value : values) {
            out.putLong(value);
        }
        return this;
    }

    RawGguf tensor(String name, TensorType type, long offset, long... shape) {
        return text(name).int32(shape.length).int64(shape).int32(type.id()).int64(offset);
    }

    RawGguf align(int alignment) {
        while (out.position() % alignment != 0) {
            out.put((byte) 0);
        }
        return this;
    }

    byte[] toBytes() {
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    /** Reads the bytes without a file. */
    GgufPart read() {
        return GgufPart.read(Path.of("raw.gguf"), MemorySegment.ofArray(toBytes()), Arena.ofAuto());
    }
}

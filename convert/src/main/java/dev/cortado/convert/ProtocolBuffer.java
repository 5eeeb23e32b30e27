package dev.cortado.convert;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads the wire format of protocol buffers field by field; every length is checked before it is used. */
final class ProtocolBuffer {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final Path file;
    private final ByteBuffer in;
    private int field;
    private int wireType;

    ProtocolBuffer(Path file, byte[] bytes) {
        this(file, ByteBuffer.wrap(bytes));
    }

    private ProtocolBuffer(Path file, ByteBuffer in) {
        this.file = file;
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Moves to the next field; false at the end. */
    boolean next() {
        if (!in.hasRemaining()) {
            return false;
        }
        long key = rawVarint();
        field = (int) (key >>> 3);
        wireType = (int) (key & 7);
        return true;
    }

    int field() {
        return field;
    }

    long varint() {
        expect(VARINT);
        return rawVarint();
    }

    float float32() {
        expect(FIXED_32);
        return room(Float.BYTES).getFloat();
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    ProtocolBuffer message() {
        return new ProtocolBuffer(file, bytes());
    }

    void skip() {
        switch (wireType) {
            case VARINT -> rawVarint();
            case FIXED_64 -> room(Long.BYTES).getLong();
            case BYTES -> bytes();
            case FIXED_32 -> room(Integer.BYTES).getInt();
            default -> throw fault("field %d of wire type %d".formatted(field, wireType));
        }
    }

    private ByteBuffer bytes() {
        expect(BYTES);
        long length = rawVarint();
        if (length < 0 || length > in.remaining()) {
            throw fault("field %d of %s bytes, %d are left"
                    .formatted(field, Long.toUnsignedString(length), in.remaining()));
        }
        ByteBuffer bytes = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return bytes;
    }

    private long rawVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte octet = room(1).get();
            value |= (long) (octet & 0x7F) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw fault("a number of more than ten bytes");
    }

    private ByteBuffer room(int bytes) {
        if (in.remaining() < bytes) {
            throw fault("ends in the middle of field " + field);
        }
        return in;
    }

    private void expect(int expected) {
        if (wireType != expected) {
            throw fault("field %d has wire type %d, %d expected".formatted(field, wireType, expected));
        }
    }

    ConvertException fault(String detail) {
        return new ConvertException("%s: no SentencePiece model: %s".formatted(file, detail));
    }
}

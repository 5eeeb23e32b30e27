package dev.cortado.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Writes a file value by value in either byte order, through one buffer: the counterpart of {@link Cursor}. */
final class Encoder {
    private static final int BUFFER_BYTES = 1 << 20;

    private final FileChannel channel;
    private final ByteBuffer buffer;
    private long flushed;

    Encoder(FileChannel channel, ByteOrder order) {
        this.channel = channel;
        this.buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(order);
    }

    long position() {
        return flushed + buffer.position();
    }

    void int8(int value) throws IOException {
        room(1).put((byte) value);
    }

    void int16(int value) throws IOException {
        room(2).putShort((short) value);
    }

    void int32(int value) throws IOException {
        room(4).putInt(value);
    }

    void int64(long value) throws IOException {
        room(8).putLong(value);
    }

    void text(String value) throws IOException {
        ByteBuffer bytes = utf8(value);
        int64(bytes.remaining());
        while (bytes.hasRemaining()) {
            room(1);
            int count = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(bytes.slice().limit(count));
            bytes.position(bytes.position() + count);
        }
    }

    /** A text cut inside a surrogate pair has no UTF-8 form: {@link IllegalArgumentException}. */
    static ByteBuffer utf8(String value) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text with half a surrogate pair: " + Quoted.of(value), e);
        }
    }

    /** Zeros up to the next multiple of {@code alignment}. */
    void align(long alignment) throws IOException {
        while (position() % alignment != 0) {
            int8(0);
        }
    }

    /** Whole blocks of a tensor, given little-endian. */
    void blocks(TensorType type, MemorySegment blocks) throws IOException {
        long from = 0;
        while (from < blocks.byteSize()) {
            room(type.blockBytes());
            int room = buffer.remaining() - buffer.remaining() % type.blockBytes();
            int count = (int) Math.min(room, blocks.byteSize() - from);
            MemorySegment copy = MemorySegment.ofBuffer(buffer.slice(buffer.position(), count));
            copy.copyFrom(blocks.asSlice(from, count));
            if (buffer.order() == ByteOrder.BIG_ENDIAN) {
                BlockFields.swap(type, copy);
            }
            buffer.position(buffer.position() + count);
            from += count;
        }
    }

    void flush() throws IOException {
        flushed += buffer.position();
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }
}

package dev.cortado.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads a mapped file value by value. Nothing is believed: each read first compares what is wanted with what is left,
 * so a lying length ends in a {@link GgufFormatException} that names the file and the {@link #subject}.
 */
final class Cursor {
    /** Bytes are fetched in pieces of this size: a look into the mapping costs more than a look into an array. */
    private static final int WINDOW = 4096;

    private static final int LONGEST_TEXT = Integer.MAX_VALUE - 8;

    private final Path file;
    private final MemorySegment bytes;
    private final ByteBuffer window;
    private long windowStart;
    private long position;
    private String subject;

    Cursor(Path file, MemorySegment bytes, ByteOrder order, long position, String subject) {
        this.file = file;
        this.bytes = bytes;
        this.window = ByteBuffer.wrap(new byte[WINDOW]).limit(0).order(order);
        this.position = position;
        this.subject = subject;
    }

    /** What is being read, for messages: {@code key 'general.name'}. */
    void subject(String subject) {
        this.subject = subject;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    /** Moves on by {@code count} (unsigned) items of {@code size} bytes each, and returns where they begin. */
    long skip(long count, int size) {
        if (count < 0 || count > remaining() / size) {
            String wanted = size == 1
                    ? Long.toUnsignedString(count) + " bytes"
                    : Long.toUnsignedString(count) + " times " + size + " bytes";
            throw fault(
                    "%s wanted at offset %d, but the file ends at %d".formatted(wanted, position, bytes.byteSize()));
        }
        long from = position;
        position += count * size;
        return from;
    }

    /** Moves on by at most {@link #WINDOW} bytes, and returns where in the window they begin. */
    private int ahead(int count) {
        long from = skip(count, 1);
        if (from < windowStart || from + count > windowStart + window.limit()) {
            fetch(from);
        }
        return (int) (from - windowStart);
    }

    /** Apart from {@link #ahead}, which is called a hundred times as often and so stays short for the compilers. */
    private void fetch(long from) {
        windowStart = from;
        window.limit((int) Math.min(WINDOW, bytes.byteSize() - from));
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, window.array(), 0, window.limit());
    }

    byte int8() {
        return window.get(ahead(1));
    }

    short int16() {
        return window.getShort(ahead(2));
    }

    int int32() {
        return window.getInt(ahead(4));
    }

    long int64() {
        return window.getLong(ahead(8));
    }

    float float32() {
        return Float.intBitsToFloat(int32());
    }

    double float64() {
        return Double.longBitsToDouble(int64());
    }

    int[] int32s(int count) {
        return all(count, Integer.BYTES).toArray(ValueLayout.JAVA_INT_UNALIGNED.withOrder(window.order()));
    }

    float[] float32s(int count) {
        return all(count, Float.BYTES).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(window.order()));
    }

    double[] float64s(int count) {
        return all(count, Double.BYTES).toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(window.order()));
    }

    private MemorySegment all(int count, int size) {
        return bytes.asSlice(skip(count, size), (long) count * size);
    }

    boolean bool() {
        byte value = int8();
        if (value != 0 && value != 1) {
            throw fault("byte %d found, 0 or 1 expected of a BOOL".formatted(value & 0xFF));
        }
        return value == 1;
    }

    void skipText() {
        skip(int64(), 1);
    }

    /** A length and as many bytes of UTF-8; what is no UTF-8 becomes U+FFFD. */
    String text() {
        int length = textLength(LONGEST_TEXT);
        if (length > WINDOW) {
            byte[] text = bytes.asSlice(skip(length, 1), length).toArray(ValueLayout.JAVA_BYTE);
            return new String(text, StandardCharsets.UTF_8);
        }
        return new String(window.array(), ahead(length), length, StandardCharsets.UTF_8);
    }

    /** Hands over what {@link #text()} gives, as UTF-8 and, where it is that already, without a copy. */
    void text(TextArray.Action action) {
        long start = position;
        int length = textLength(LONGEST_TEXT);
        if (length <= WINDOW) {
            int from = ahead(length);
            if (Utf8.isValid(window.array(), from, from + length)) {
                action.accept(window.array(), from, from + length);
                return;
            }
        }
        position = start;
        byte[] text = text().getBytes(StandardCharsets.UTF_8);
        action.accept(text, 0, text.length);
    }

    /** A text that names something: of bounded length and strictly UTF-8. */
    String name(int longest) {
        int length = textLength(longest);
        ByteBuffer text = bytes.asSlice(skip(length, 1), length).asByteBuffer();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw fault("its name is not UTF-8", e);
        }
    }

    private int textLength(int longest) {
        long length = int64();
        if (length < 0 || length > longest || length > remaining()) {
            throw fault("a text of %s bytes at offset %d, at most %d expected (the file ends at %d)"
                    .formatted(
                            Long.toUnsignedString(length), position, Math.min(longest, remaining()), bytes.byteSize()));
        }
        return (int) length;
    }

    /** A number of items of which each takes {@code atLeast} bytes. */
    int count(String what, int atLeast) {
        long count = int64();
        long most = Math.min(remaining() / atLeast, Integer.MAX_VALUE - 8);
        if (count < 0 || count > most) {
            throw fault("%s %s claimed, but the remaining %d bytes of the file hold at most %d"
                    .formatted(Long.toUnsignedString(count), what, remaining(), most));
        }
        return (int) count;
    }

    GgufFormatException fault(String detail) {
        return new GgufFormatException("%s: %s: %s".formatted(file, subject, detail));
    }

    GgufFormatException fault(String detail, Exception cause) {
        return new GgufFormatException("%s: %s: %s".formatted(file, subject, detail), cause);
    }
}

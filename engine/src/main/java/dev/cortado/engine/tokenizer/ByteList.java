package dev.cortado.engine.tokenizer;

import java.util.Arrays;

/** Bytes, gathered piece by piece; its array is handed out without a copy. */
final class ByteList {
    private byte[] bytes;
    private int size;

    ByteList(int expected) {
        bytes = new byte[Math.max(expected, 16)];
    }

    void add(int octet) {
        if (size == bytes.length) {
            grow(1);
        }
        bytes[size++] = (byte) octet;
    }

    void add(byte[] source) {
        add(source, 0, source.length);
    }

    void add(byte[] source, int from, int to) {
        int count = to - from;
        if (size + count > bytes.length) {
            grow(count);
        }
        System.arraycopy(source, from, bytes, size, count);
        size += count;
    }

    /** Adds a code point as UTF-8. */
    void addCodePoint(int codePoint) {
        if (codePoint < 0x80) {
            add(codePoint);
        } else if (codePoint < 0x800) {
            add(0xC0 | codePoint >> 6);
            add(0x80 | codePoint & 0x3F);
        } else if (codePoint < 0x10000) {
            add(0xE0 | codePoint >> 12);
            add(0x80 | codePoint >> 6 & 0x3F);
            add(0x80 | codePoint & 0x3F);
        } else {
            add(0xF0 | codePoint >> 18);
            add(0x80 | codePoint >> 12 & 0x3F);
            add(0x80 | codePoint >> 6 & 0x3F);
            add(0x80 | codePoint & 0x3F);
        }
    }

    private void grow(int count) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, count), Math.multiplyExact(bytes.length, 2)));
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** The array itself; only the first {@link #size()} bytes count. */
    byte[] array() {
        return bytes;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }
}

package dev.cortado.engine.tokenizer;

import java.util.Arrays;

/** Byte strings numbered in the order of adding, with a way back from string to number: one array and open addressing. */
final class ByteStrings {
    private byte[] bytes;
    private int[] ends;
    private int[] hashes;
    /** Number plus one, or 0 where a slot is free; the length is a power of two, at most half of it used. */
    private int[] slots;

    private int size;

    ByteStrings(int expected) {
        bytes = new byte[Math.max(16, Math.multiplyExact(expected, 8))];
        ends = new int[Math.max(4, expected)];
        hashes = new int[ends.length];
        slots = new int[Integer.highestOneBit(Math.max(4, expected)) << 2];
    }

    int size() {
        return size;
    }

    int length(int number) {
        return ends[number] - start(number);
    }

    byte[] get(int number) {
        return Arrays.copyOfRange(bytes, start(number), ends[number]);
    }

    /** Adds the string to the end of a list. */
    void copyTo(ByteList out, int number) {
        out.add(bytes, start(number), ends[number]);
    }

    int find(byte[] text) {
        return find(text, 0, text.length);
    }

    /** The number of a string, or -1. */
    int find(byte[] text, int from, int to) {
        return slots[slot(text, from, to, hash(text, from, to))] - 1;
    }

    int add(byte[] text) {
        return add(text, 0, text.length);
    }

    /** The number of a string, which is added if it is new. */
    int add(byte[] text, int from, int to) {
        int hash = hash(text, from, to);
        int slot = slot(text, from, to, hash);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        append(text, from, to, hash);
        slots[slot] = size;
        if (size > slots.length / 2) {
            rehash();
        }
        return size - 1;
    }

    /** Gives the next number to a string that cannot be found, because an equal one has been added before. */
    void addHidden(byte[] text, int from, int to) {
        append(text, from, to, hash(text, from, to));
    }

    private void append(byte[] text, int from, int to, int hash) {
        int start = size == 0 ? 0 : ends[size - 1];
        int end = Math.addExact(start, to - from);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, 2L * bytes.length)));
        }
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, Math.multiplyExact(size, 2));
            hashes = Arrays.copyOf(hashes, ends.length);
        }
        System.arraycopy(text, from, bytes, start, to - from);
        ends[size] = end;
        hashes[size++] = hash;
    }

    private int start(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    private int slot(byte[] text, int from, int to, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0 && !equal(slots[slot] - 1, text, from, to, hash)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean equal(int number, byte[] text, int from, int to, int hash) {
        return hashes[number] == hash && Arrays.equals(bytes, start(number), ends[number], text, from, to);
    }

    private void rehash() {
        int[] old = slots;
        slots = new int[old.length * 2];
        int mask = slots.length - 1;
        for (int entry : old) {
            if (entry != 0) {
                int slot = hashes[entry - 1] & mask;
                while (slots[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                slots[slot] = entry;
            }
        }
    }

    /** FNV-1a, stirred once more because only the low bits are used. */
    private static int hash(byte[] text, int from, int to) {
        int hash = 0x811C9DC5;
        for (int i = from; i < to; i++) {
            hash = (hash ^ text[i]) * 0x01000193;
        }
        return hash ^ hash >>> 15;
    }
}

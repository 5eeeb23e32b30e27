package dev.cortado.sdk;

import java.util.Arrays;

/** A growing list of token ids. */
final class Tokens {
    private int[] ids;
    private int size;

    Tokens(int[] ids) {
        this.ids = ids.clone();
        this.size = ids.length;
    }

    int size() {
        return size;
    }

    int get(int index) {
        return ids[index];
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, Math.max(16, size * 2));
        }
        ids[size++] = id;
    }

    /** Keeps the first {@code size} ids. */
    void truncate(int size) {
        this.size = Math.min(this.size, size);
    }

    /** Removes {@code count} ids from index {@code from}. */
    void remove(int from, int count) {
        System.arraycopy(ids, from + count, ids, from, size - from - count);
        size -= count;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    /** The backing array, valid up to {@link #size()}, anything beyond; not to be kept or changed. */
    int[] array() {
        return ids;
    }
}

package dev.cortado.engine.tokenizer;

import java.util.Arrays;

/** Ids or positions, gathered one by one without boxing. */
final class IntList {
    private int[] items;
    private int size;

    IntList(int expected) {
        items = new int[Math.max(expected, 8)];
    }

    void add(int item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, Math.multiplyExact(size, 2));
        }
        items[size++] = item;
    }

    int get(int index) {
        return items[index];
    }

    int last() {
        return items[size - 1];
    }

    int size() {
        return size;
    }

    void truncate(int size) {
        this.size = size;
    }

    /** Turns round the order of the items from an index on. */
    void reverse(int from) {
        for (int i = from, j = size - 1; i < j; i++, j--) {
            int item = items[i];
            items[i] = items[j];
            items[j] = item;
        }
    }

    int[] toArray() {
        return Arrays.copyOf(items, size);
    }
}

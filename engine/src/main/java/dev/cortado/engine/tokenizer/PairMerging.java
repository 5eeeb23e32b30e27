package dev.cortado.engine.tokenizer;

import java.util.Arrays;

/**
 * Merges neighbouring symbols of a text, the most urgent pair first and the leftmost among equals, until no pair is left
 * that can be. The symbols are a linked list over arrays; the pairs there are at first are sorted, those that come up later
 * stand in a heap. So n symbols take O(n log n) steps. Used for one text after the other, by one thread.
 */
abstract class PairMerging {
    /** No pair, as {@link #pair} says it. */
    static final long NONE = Long.MIN_VALUE;

    private static final int NOTHING = -1;
    /** Of each node of the heap: four lie in one cache line or two. */
    private static final int CHILDREN = 4;
    /** The symbol of a place whose symbol has become part of another. */
    private static final int GONE = -2;

    private int[] starts = new int[64];
    private int[] symbols = new int[64];
    private int[] next = new int[64];
    private int[] previous = new int[64];
    /** Of the pair that begins here: its symbol once merged, and its urgency; only if {@link #mergeable}. */
    private int[] merged = new int[64];

    private int[] urgency = new int[64];
    private boolean[] mergeable = new boolean[64];
    private int count;
    private int end;

    /** Pairs as {@link #key} writes them: those of the text as it was, in order, and those since then. */
    private long[] sorted = new long[64];

    private int sortedSize;
    private long[] heap = new long[64];
    private int heapSize;

    /**
     * What two neighbours would make.
     *
     * @return the urgency (the smallest first) in the upper and the new symbol in the lower 32 bits, see {@link #of}; or
     *     {@link #NONE}
     */
    abstract long pair(int left, int right);

    static long of(int urgency, int symbol) {
        return (long) urgency << 32 | symbol;
    }

    /** Begins a new text. */
    final void clear() {
        count = 0;
    }

    /**
     * Adds a symbol to the end of the text.
     *
     * @param start where it begins
     * @param symbol its number, or -1 for one without
     */
    final void add(int start, int symbol) {
        if (count == starts.length) {
            grow();
        }
        starts[count] = start;
        symbols[count] = symbol;
        previous[count] = count - 1;
        next[count] = ++count;
    }

    private void grow() {
        int size = Math.multiplyExact(count, 2);
        starts = Arrays.copyOf(starts, size);
        symbols = Arrays.copyOf(symbols, size);
        next = Arrays.copyOf(next, size);
        previous = Arrays.copyOf(previous, size);
        merged = Arrays.copyOf(merged, size);
        urgency = Arrays.copyOf(urgency, size);
        mergeable = Arrays.copyOf(mergeable, size);
    }

    /**
     * Merges what can be merged.
     *
     * @param end where the last symbol ends
     */
    final void run(int end) {
        this.end = end;
        if (count == 0) {
            return;
        }
        next[count - 1] = NOTHING;
        if (sorted.length < count) {
            sorted = new long[starts.length];
        }
        sortedSize = 0;
        for (int left = 0; left < count; left++) {
            if (consider(left)) {
                sorted[sortedSize++] = key(left);
            }
        }
        Arrays.sort(sorted, 0, sortedSize);
        for (int at = 0; at < sortedSize || heapSize > 0; ) {
            long key = heapSize > 0 && (at == sortedSize || heap[0] < sorted[at]) ? pop() : sorted[at++];
            int left = (int) key;
            if (symbols[left] != GONE && mergeable[left] && urgency[left] == (int) (key >> 32)) {
                merge(left);
            }
        }
    }

    private void merge(int left) {
        int right = next[left];
        symbols[left] = merged[left];
        symbols[right] = GONE;
        next[left] = next[right];
        if (next[right] != NOTHING) {
            previous[next[right]] = left;
        }
        if (previous[left] != NOTHING && consider(previous[left])) {
            push(key(previous[left]));
        }
        if (consider(left)) {
            push(key(left));
        }
    }

    /** Looks at the pair that begins here; whether it can be merged. */
    private boolean consider(int left) {
        long pair = next[left] == NOTHING ? NONE : pair(left, next[left]);
        mergeable[left] = pair != NONE;
        urgency[left] = (int) (pair >> 32);
        merged[left] = (int) pair;
        return mergeable[left];
    }

    private long key(int left) {
        return (long) urgency[left] << 32 | left;
    }

    /** First symbol of the text that is left; follow it with {@link #after}. */
    final int first() {
        return count == 0 ? NOTHING : 0;
    }

    /** The symbol after this one, or -1. */
    final int after(int place) {
        return next[place];
    }

    final int symbol(int place) {
        return symbols[place];
    }

    final int start(int place) {
        return starts[place];
    }

    final int end(int place) {
        return next[place] == NOTHING ? end : starts[next[place]];
    }

    private void push(long key) {
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, Math.multiplyExact(heapSize, 2));
        }
        int i = heapSize++;
        while (i > 0) {
            int parent = (i - 1) / CHILDREN;
            if (heap[parent] <= key) {
                break;
            }
            heap[i] = heap[parent];
            i = parent;
        }
        heap[i] = key;
    }

    private long pop() {
        long top = heap[0];
        long last = heap[--heapSize];
        int i = 0;
        while (true) {
            int first = CHILDREN * i + 1;
            if (first >= heapSize) {
                break;
            }
            int least = first;
            for (int child = first + 1; child < Math.min(first + CHILDREN, heapSize); child++) {
                if (heap[child] < heap[least]) {
                    least = child;
                }
            }
            if (heap[least] >= last) {
                break;
            }
            heap[i] = heap[least];
            i = least;
        }
        heap[i] = last;
        return top;
    }
}

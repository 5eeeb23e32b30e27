package dev.cortado.engine.tokenizer;

import java.util.Arrays;

/**
 * A trie over bytes whose edges stand in one hash table: each slot holds an edge (node, byte) and where it leads. It is
 * filled in one go and immutable from then on.
 */
final class PrefixTree {
    static final int ROOT = 0;
    static final int NONE = -1;
    /** Node numbers have 24 bits, so that an edge fits into an int and a slot into a long. */
    private static final int MOST_NODES = 1 << 24;

    private long[] edges = new long[1 << 10];
    private int[] values = new int[1 << 8];
    private int nodes = 1;

    PrefixTree() {
        values[ROOT] = NONE;
    }

    /**
     * Adds a key; a later one replaces an equal one.
     *
     * @throws IllegalArgumentException if the tree would have more than 16 Mi nodes
     */
    void put(byte[] key, int value) {
        int node = ROOT;
        for (byte octet : key) {
            int next = next(node, octet);
            node = next == NONE ? grow(node, octet) : next;
        }
        values[node] = value;
    }

    /** Where a byte leads from a node, or {@link #NONE}. */
    int next(int node, byte octet) {
        int edge = node << 8 | octet & 0xFF;
        int mask = edges.length - 1;
        for (int slot = hash(edge) & mask; edges[slot] != 0; slot = slot + 1 & mask) {
            if ((int) (edges[slot] >>> 32) == edge) {
                return (int) edges[slot];
            }
        }
        return NONE;
    }

    /** The value of the key that ends at a node, or {@link #NONE}. */
    int value(int node) {
        return values[node];
    }

    /** The value of exactly this key, or {@link #NONE}. */
    int find(byte[] text, int from, int to) {
        int node = ROOT;
        for (int i = from; i < to; i++) {
            node = next(node, text[i]);
            if (node == NONE) {
                return NONE;
            }
        }
        return values[node];
    }

    private int grow(int node, byte octet) {
        if (nodes == MOST_NODES) {
            throw new IllegalArgumentException("more than %,d different prefixes".formatted(MOST_NODES));
        }
        if (nodes == values.length) {
            values = Arrays.copyOf(values, nodes * 2);
        }
        if (nodes > edges.length / 2) {
            rehash();
        }
        values[nodes] = NONE;
        place(edges, (long) (node << 8 | octet & 0xFF) << 32 | nodes);
        return nodes++;
    }

    private void rehash() {
        long[] wider = new long[edges.length * 4];
        for (long edge : edges) {
            if (edge != 0) {
                place(wider, edge);
            }
        }
        edges = wider;
    }

    /** No edge leads to the root, so no slot in use is 0. */
    private static void place(long[] edges, long edge) {
        int mask = edges.length - 1;
        int slot = hash((int) (edge >>> 32)) & mask;
        while (edges[slot] != 0) {
            slot = slot + 1 & mask;
        }
        edges[slot] = edge;
    }

    private static int hash(int edge) {
        int hash = edge * 0x9E3779B1;
        return hash ^ hash >>> 15;
    }
}

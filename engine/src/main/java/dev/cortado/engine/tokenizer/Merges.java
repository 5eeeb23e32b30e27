package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;
import java.util.Arrays;

/**
 * The list of merges, {@code tokenizer.ggml.merges}: pairs of symbols in the order of their rank. Symbols are numbered; the
 * tokens of the vocabulary have their ids, whatever else the merges name has numbers after these.
 */
final class Merges {
    private static final String MERGES = "tokenizer.ggml.merges";
    private static final long FREE = -1;

    private final ByteStrings tokens;
    private final ByteStrings others = new ByteStrings(16);
    private final Neighbours neighbours = new Neighbours();
    /** Pairs of symbols, found by open addressing; beside each what it makes and its rank. */
    private final long[] pairs;

    private final int[] made;
    private final int[] ranks;

    private Merges(ByteStrings tokens, int count) {
        this.tokens = tokens;
        int slots = Integer.highestOneBit(Math.max(8, count)) << 2;
        pairs = new long[slots];
        Arrays.fill(pairs, FREE);
        made = new int[slots];
        ranks = new int[slots];
    }

    /** @param optional whether the file may have none */
    static Merges read(Metadata metadata, ByteStrings tokens, boolean optional) {
        String[] lines = metadata.strings(MERGES).orElse(null);
        if (lines == null) {
            if (!optional) {
                throw metadata.fault(MERGES, "not there, but BPE needs its merges");
            }
            lines = new String[0];
        }
        Merges merges = new Merges(tokens, lines.length);
        ByteList joined = new ByteList(64);
        for (int rank = 0; rank < lines.length; rank++) {
            byte[] line = Utf8.encode(lines[rank]);
            int space = 1;
            while (space < line.length && line[space] != ' ') {
                space++;
            }
            if (space >= line.length) {
                throw metadata.fault(MERGES, "merge %d has no space, two symbols around one expected".formatted(rank));
            }
            joined.clear();
            joined.add(line, 0, space);
            joined.add(line, space + 1, line.length);
            merges.neighbours.add(joined.array(), 0, joined.size());
            int left = merges.number(line, 0, space);
            int right = merges.number(line, space + 1, line.length);
            merges.put(left, right, merges.number(joined.array(), 0, joined.size()), rank);
        }
        return merges;
    }

    /** The characters that any merge brings together. */
    Neighbours neighbours() {
        return neighbours;
    }

    private int number(byte[] text, int from, int to) {
        int token = tokens.find(text, from, to);
        return token >= 0 ? token : tokens.size() + others.add(text, from, to);
    }

    /** The number of a symbol, or -1 for what is neither a token nor part of a merge. */
    int symbol(byte[] text, int from, int to) {
        int token = tokens.find(text, from, to);
        if (token >= 0) {
            return token;
        }
        int other = others.find(text, from, to);
        return other < 0 ? -1 : tokens.size() + other;
    }

    /** What two symbols make, as {@link PairMerging#pair} says it. */
    long of(int left, int right) {
        if (left < 0 || right < 0) {
            return PairMerging.NONE;
        }
        int slot = slot((long) left << 32 | right);
        return pairs[slot] == FREE ? PairMerging.NONE : PairMerging.of(ranks[slot], made[slot]);
    }

    /** The first of equal pairs counts. */
    private void put(int left, int right, int merged, int rank) {
        long pair = (long) left << 32 | right;
        int slot = slot(pair);
        if (pairs[slot] == FREE) {
            pairs[slot] = pair;
            made[slot] = merged;
            ranks[slot] = rank;
        }
    }

    private int slot(long pair) {
        int mask = pairs.length - 1;
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & mask;
        while (pairs[slot] != FREE && pairs[slot] != pair) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}

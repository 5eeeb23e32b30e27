package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.TextArray;
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
    private final boolean utf8;
    /** Pairs of symbols, found by open addressing; beside each what it makes and its rank. */
    private final long[] pairs;

    private final int[] made;
    private final int[] ranks;
    private final ByteList joined = new ByteList(64);
    private int count;

    private Merges(ByteStrings tokens, boolean utf8, int count) {
        this.tokens = tokens;
        this.utf8 = utf8;
        int slots = Integer.highestOneBit(Math.max(8, count)) << 2;
        pairs = new long[slots];
        Arrays.fill(pairs, FREE);
        made = new int[slots];
        ranks = new int[slots];
    }

    /**
     * Those of a file.
     *
     * @param utf8 whether words start as single characters, whose neighbours are then to be known
     * @param optional whether the file may have none
     */
    static Merges read(Metadata metadata, ByteStrings tokens, boolean utf8, boolean optional) {
        TextArray lines = metadata.texts(MERGES).orElse(null);
        if (lines == null) {
            if (!optional) {
                throw metadata.fault(MERGES, "not there, but BPE needs its merges");
            }
            return new Merges(tokens, utf8, 0);
        }
        Merges merges = new Merges(tokens, utf8, lines.size());
        lines.forEach((line, from, to) -> {
            int space = from + 1;
            while (space < to && line[space] != ' ') {
                space++;
            }
            if (space >= to) {
                throw metadata.fault(
                        MERGES, "merge %d has no space, two symbols around one expected".formatted(merges.count));
            }
            merges.add(line, from, space, to);
        });
        return merges;
    }

    /** Adds a merge whose symbols a space divides. */
    private void add(byte[] line, int from, int space, int to) {
        joined.clear();
        joined.add(line, from, space);
        joined.add(line, space + 1, to);
        if (utf8) {
            neighbours.add(joined.array(), 0, joined.size());
        }
        int left = number(line, from, space);
        int right = number(line, space + 1, to);
        put(left, right, number(joined.array(), 0, joined.size()), count++);
    }

    /** The characters that any merge brings together, where words start as characters. */
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

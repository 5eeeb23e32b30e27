package dev.cortado.engine.tokenizer;

/**
 * Which characters stand side by side within a token. Where two characters never do, no merge can ever reach across, so a
 * text may be divided there without a change to its tokens. It errs on one side only: strangers may count as neighbours.
 */
final class Neighbours {
    private static final int BITS = 20;

    private final long[] pairs = new long[1 << BITS - 6];

    /** Adds the pairs of a token. */
    void add(byte[] token, int from, int to) {
        int before = 0;
        for (int at = from; at < to; ) {
            int end = Math.min(to, at + Utf8.length(token[at]));
            int character = character(token, at, end);
            if (at > from) {
                int bit = bit(before, character);
                pairs[bit >> 6] |= 1L << bit;
            }
            before = character;
            at = end;
        }
    }

    boolean contains(int before, int after) {
        int bit = bit(before, after);
        return (pairs[bit >> 6] >>> bit & 1) != 0;
    }

    /** A character's one to four bytes in one number. */
    static int character(byte[] text, int from, int to) {
        int character = 0;
        for (int i = from; i < to; i++) {
            character = character << 8 | text[i] & 0xFF;
        }
        return character;
    }

    private static int bit(int before, int after) {
        return (before * 0x9E3779B1 + after) * 0x85EBCA6B >>> Integer.SIZE - BITS;
    }
}

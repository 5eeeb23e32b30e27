package dev.cortado.engine.tokenizer;

import org.jspecify.annotations.Nullable;

/** A set of code points: bits for ASCII, kinds and ranges for the rest. */
final class CharacterSet {
    private static final int ASCII = 128;

    private final long low;
    private final long high;
    private final int kinds;
    private final int[] ranges;
    private final boolean negated;
    private final @Nullable CharacterSet and;

    private CharacterSet(
            boolean[] ascii, int kinds, int[] ranges, boolean negated, @Nullable CharacterSet and) {
        long low = 0;
        long high = 0;
        for (int c = 0; c < 64; c++) {
            low |= ascii[c] ? 1L << c : 0;
            high |= ascii[c + 64] ? 1L << c : 0;
        }
        this.low = low;
        this.high = high;
        this.kinds = kinds;
        this.ranges = ranges;
        this.negated = negated;
        this.and = and;
    }

    /**
     * A set of kinds and ranges.
     *
     * @param kinds bits of {@link CharacterKind}
     * @param ranges first and last code points, in turn
     * @param negated whether the set is what is left without these
     * @param and a set that its members must be in as well, or null
     */
    static CharacterSet of(int kinds, int[] ranges, boolean negated, @Nullable CharacterSet and) {
        boolean[] ascii = new boolean[ASCII];
        for (int c = 0; c < ASCII; c++) {
            ascii[c] = ((kinds & CharacterKind.of(c)) != 0 || within(ranges, c)) != negated
                    && (and == null || and.contains(c));
        }
        return new CharacterSet(ascii, kinds, ranges, negated, and);
    }

    boolean contains(int c) {
        if (c < ASCII) {
            return ((c < 64 ? low : high) >>> c & 1) != 0;
        }
        return ((kinds & CharacterKind.of(c)) != 0 || within(ranges, c)) != negated
                && (and == null || and.contains(c));
    }

    private static boolean within(int[] ranges, int c) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i] <= c && c <= ranges[i + 1]) {
                return true;
            }
        }
        return false;
    }
}

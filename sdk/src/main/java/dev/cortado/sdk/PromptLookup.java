package dev.cortado.sdk;

/**
 * Guesses the next tokens by looking the last ones up in the text so far (prompt lookup decoding, Saxena 2023): answers
 * that quote, summarise or edit repeat much of their prompt. A guess costs nothing when it is wrong but the rows that
 * checked it.
 */
final class PromptLookup {
    private static final int LONGEST = 3;
    private static final int SHORTEST = 2;

    private PromptLookup() {}

    /** Up to {@code most} tokens that followed the latest earlier occurrence of the last ones; none if there is none. */
    static int[] guess(Tokens context, int most) {
        for (int n = LONGEST; n >= SHORTEST; n--) {
            int tail = context.size() - n;
            for (int at = tail - 1; at >= 0; at--) {
                if (same(context, at, tail, n)) {
                    int[] guess = new int[Math.min(most, tail - at)];
                    for (int i = 0; i < guess.length; i++) {
                        guess[i] = context.get(at + n + i);
                    }
                    return guess;
                }
            }
        }
        return new int[0];
    }

    private static boolean same(Tokens context, int a, int b, int length) {
        for (int i = 0; i < length; i++) {
            if (context.get(a + i) != context.get(b + i)) {
                return false;
            }
        }
        return true;
    }
}

package dev.cortado.engine.tokenizer;

/**
 * Takes out spaces that stand wrongly before punctuation and around apostrophes in decoded text, after the clean-up of
 * Hugging Face's tokenizers in the variant of llama.cpp: three passes, in place.
 */
final class SpaceCleanup {
    private SpaceCleanup() {}

    /** Cleans the first {@code size} bytes; returns how many are left. */
    static int clean(byte[] text, int size) {
        return beforeContractions(text, aroundApostrophes(text, beforePunctuation(text, size)));
    }

    private static int beforePunctuation(byte[] text, int size) {
        int end = Math.min(size, 1);
        for (int i = 1; i < size; i++) {
            byte c = text[i];
            if (text[i - 1] == ' ' && (c == '?' || c == '!' || c == '.' || c == ',')) {
                end--;
            }
            text[end++] = c;
        }
        return end;
    }

    /** {@code a ' b} becomes {@code a'b}. */
    private static int aroundApostrophes(byte[] text, int size) {
        int end = Math.min(size, 1);
        for (int i = 1; i < size; i++) {
            byte c = text[i];
            if (c == '\'' && i + 1 < size && text[i - 1] == ' ' && text[i + 1] == ' ') {
                end--;
                text[++i] = 0; // the space is gone, so it does not count as one for what follows
            }
            text[end++] = c;
        }
        return end;
    }

    /** {@code it 's}, {@code I 'm}, {@code we 're} and {@code I 've} lose their space. */
    private static int beforeContractions(byte[] text, int size) {
        int end = Math.min(size, 1);
        for (int i = 1; i < size; i++) {
            byte c = text[i];
            if (c == '\'' && text[i - 1] == ' ' && isContraction(text, i + 1, size)) {
                end--;
            }
            text[end++] = c;
        }
        return end;
    }

    private static boolean isContraction(byte[] text, int at, int size) {
        if (at >= size) {
            return false;
        }
        byte c = text[at];
        return c == 's' || c == 'm' || (c == 'r' || c == 'v') && at + 1 < size && text[at + 1] == 'e';
    }
}

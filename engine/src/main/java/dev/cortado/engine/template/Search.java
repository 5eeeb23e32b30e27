package dev.cortado.engine.template;

/**
 * Finds text in text in linear time. String.indexOf is quadratic in the worst case, which a hostile template with two
 * long texts would use to stall a render; beyond a size Knuth, Morris and Pratt take over.
 */
final class Search {
    private static final long SMALL = 1 << 22;

    private Search() {}

    /** Index of the first occurrence at or after {@code from}, or -1. */
    static int first(String text, String pattern, int from) {
        if ((long) text.length() * pattern.length() < SMALL || pattern.length() < 16) {
            return text.indexOf(pattern, from);
        }
        int[] border = new int[pattern.length()];
        for (int i = 1, k = 0; i < border.length; i++) {
            while (k > 0 && pattern.charAt(i) != pattern.charAt(k)) k = border[k - 1];
            if (pattern.charAt(i) == pattern.charAt(k)) k++;
            border[i] = k;
        }
        for (int i = from, k = 0; i < text.length(); i++) {
            while (k > 0 && text.charAt(i) != pattern.charAt(k)) k = border[k - 1];
            if (text.charAt(i) == pattern.charAt(k)) k++;
            if (k == border.length) return i - k + 1;
        }
        return -1;
    }

    /** Index of the last occurrence, or -1. */
    static int last(String text, String pattern) {
        if ((long) text.length() * pattern.length() < SMALL || pattern.length() < 16) return text.lastIndexOf(pattern);
        String mirrored = mirror(pattern);
        int at = first(mirror(text), mirrored, 0);
        return at < 0 ? -1 : text.length() - at - pattern.length();
    }

    private static String mirror(String s) {
        char[] c = new char[s.length()];
        for (int i = 0; i < c.length; i++) c[i] = s.charAt(c.length - 1 - i);
        return new String(c);
    }
}

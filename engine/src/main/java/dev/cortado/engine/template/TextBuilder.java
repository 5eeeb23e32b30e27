package dev.cortado.engine.template;

import java.util.Arrays;

/** Joins texts and keeps track of their origins. */
final class TextBuilder {
    private final StringBuilder chars = new StringBuilder();
    private int[] data = new int[4];
    private int n;

    TextBuilder append(Text text) {
        int at = chars.length();
        int[] more = text.data();
        for (int i = 0; i < more.length; i += 2) range(at + more[i], at + more[i + 1]);
        chars.append(text.chars);
        return this;
    }

    /** Text that the template's own rules produce: separators, brackets, digits. */
    TextBuilder append(String literal) {
        chars.append(literal);
        return this;
    }

    TextBuilder append(char literal) {
        chars.append(literal);
        return this;
    }

    /** One character of the given origin. */
    TextBuilder append(int codePoint, boolean fromData) {
        int at = chars.length();
        chars.appendCodePoint(codePoint);
        if (fromData) range(at, chars.length());
        return this;
    }

    TextBuilder append(String text, boolean fromData) {
        int at = chars.length();
        chars.append(text);
        if (fromData && !text.isEmpty()) range(at, chars.length());
        return this;
    }

    private void range(int from, int to) {
        if (n > 0 && data[n - 1] == from) {
            data[n - 1] = to;
            return;
        }
        if (n == data.length) data = Arrays.copyOf(data, 2 * n);
        data[n++] = from;
        data[n++] = to;
    }

    int length() {
        return chars.length();
    }

    Text text() {
        return Text.ranges(chars.toString(), Arrays.copyOf(data, n));
    }
}

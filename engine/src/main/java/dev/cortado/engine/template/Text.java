package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Python {@code str} that knows which of its characters came from data. Operations that cut and join keep the exact
 * ranges; one that makes new characters calls {@link #derive}, which errs on the side of data. Equality looks at the
 * characters alone. A {@code markup} text is markupsafe's {@code Markup}, made by {@code |safe} and {@code |escape}.
 */
final class Text implements CharSequence {
    private static final int[] NONE = {};
    static final Text EMPTY = new Text("", NONE, false);

    final String chars;
    final boolean markup;
    /** Sorted, disjoint pairs [from, to) of characters that came from data. */
    private final int[] data;

    private Text(String chars, int[] data, boolean markup) {
        this.chars = chars;
        this.data = data;
        this.markup = markup;
    }

    static Text literal(String chars) {
        return new Text(chars, NONE, false);
    }

    static Text of(String chars, boolean fromData) {
        return new Text(chars, fromData && !chars.isEmpty() ? new int[] {0, chars.length()} : NONE, false);
    }

    static Text ranges(String chars, int[] data) {
        return new Text(chars, data, false);
    }

    boolean hasData() {
        return data.length > 0;
    }

    int[] data() {
        return data;
    }

    Text markup(boolean markup) {
        return this.markup == markup ? this : new Text(chars, data, markup);
    }

    /** The result of a character-wise change: where lengths agree the ranges stay, otherwise one taints all. */
    Text derive(String changed) {
        if (changed.length() == chars.length()) return new Text(changed, data, markup);
        return of(changed, hasData()).markup(markup);
    }

    /** Characters [from, to) with their origin. */
    Text slice(int from, int to) {
        if (from == 0 && to == chars.length()) return this;
        if (data.length == 0 || from >= to) return new Text(chars.substring(from, to), NONE, markup);
        int[] kept = new int[data.length];
        int n = 0;
        for (int i = 0; i < data.length; i += 2) {
            int a = Math.max(data[i], from);
            int b = Math.min(data[i + 1], to);
            if (a < b) {
                kept[n++] = a - from;
                kept[n++] = b - from;
            }
        }
        return new Text(chars.substring(from, to), n == kept.length ? kept : Arrays.copyOf(kept, n), markup);
    }

    /** This and the other, where a markup side escapes a plain one. */
    Text plus(Text other) {
        if (markup || other.markup) {
            return new TextBuilder().append(escape()).append(other.escape()).text().markup(true);
        }
        if (data.length == 0 && other.data.length == 0) return literal(chars.concat(other.chars));
        return new TextBuilder().append(this).append(other).text();
    }

    /** markupsafe.escape: itself when markup already. */
    Text escape() {
        if (markup) return this;
        TextBuilder out = new TextBuilder();
        int done = 0;
        for (int i = 0; i < chars.length(); i++) {
            String entity =
                    switch (chars.charAt(i)) {
                        case '&' -> "&amp;";
                        case '<' -> "&lt;";
                        case '>' -> "&gt;";
                        case '\'' -> "&#39;";
                        case '"' -> "&#34;";
                        default -> "";
                    };
            if (entity.isEmpty()) continue;
            out.append(slice(done, i)).append(of(entity, hasData()));
            done = i + 1;
        }
        return out.append(slice(done, chars.length())).text().markup(true);
    }

    List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < data.length; i += 2) {
            if (data[i] > done) spans.add(new Span(chars.substring(done, data[i]), true));
            spans.add(new Span(chars.substring(data[i], data[i + 1]), false));
            done = data[i + 1];
        }
        if (done < chars.length()) spans.add(new Span(chars.substring(done), true));
        return spans;
    }

    /** Python's len: code points. */
    int codePointCount() {
        return chars.codePointCount(0, chars.length());
    }

    /** The character index of a code point index in 0..codePointCount(). */
    int offset(long codePoint) {
        return chars.offsetByCodePoints(0, (int) codePoint);
    }

    /** Each code point as a text of its own. */
    List<Object> characters() {
        List<Object> all = new ArrayList<>(chars.length());
        for (int i = 0, next; i < chars.length(); i = next) {
            next = i + Character.charCount(chars.codePointAt(i));
            all.add(slice(i, next));
        }
        return all;
    }

    /** str.strip, lstrip, rstrip of Python's white space. */
    Text strip(boolean left, boolean right) {
        return strip("", true, left, right);
    }

    /** The same with a set of characters to strip. */
    Text strip(String set, boolean left, boolean right) {
        return strip(set, false, left, right);
    }

    private Text strip(String set, boolean whiteSpace, boolean left, boolean right) {
        int a = 0;
        int b = chars.length();
        while (left && a < b && strippable(chars.codePointAt(a), set, whiteSpace)) {
            a += Character.charCount(chars.codePointAt(a));
        }
        while (right && b > a && strippable(chars.codePointBefore(b), set, whiteSpace)) {
            b -= Character.charCount(chars.codePointBefore(b));
        }
        return slice(a, b);
    }

    private static boolean strippable(int c, String set, boolean whiteSpace) {
        return whiteSpace ? isSpace(c) : set.indexOf(c) >= 0;
    }

    /** Python's str.isspace, which differs from both of Java's notions. */
    static boolean isSpace(int c) {
        if (c < 128) return c == ' ' || c >= 9 && c <= 13 || c >= 0x1c && c <= 0x1f;
        return c == 0x85 || c == 0xa0 || c == 0x1680 || c >= 0x2000 && c <= 0x200a || c == 0x2028 || c == 0x2029
                || c == 0x202f || c == 0x205f || c == 0x3000;
    }

    /** Order by code point; Java's compareTo orders surrogates differently. */
    static int compare(String a, String b) {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x == y) continue;
            // A surrogate stands for a code point above every other char.
            if (Character.isSurrogate(x) == Character.isSurrogate(y)) return x - y;
            return Character.isSurrogate(x) ? 1 : -1;
        }
        return a.length() - b.length();
    }

    @Override
    public int length() {
        return chars.length();
    }

    @Override
    public char charAt(int index) {
        return chars.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return slice(start, end);
    }

    @Override
    public boolean isEmpty() {
        return chars.isEmpty();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Text t && t.chars.equals(chars);
    }

    @Override
    public int hashCode() {
        return chars.hashCode();
    }

    @Override
    public String toString() {
        return chars;
    }
}

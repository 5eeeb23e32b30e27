package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Python's text operations that methods and filters share. */
final class Strings {
    private Strings() {}

    static Text upper(Text t) {
        return t.derive(t.chars.toUpperCase(Locale.ROOT));
    }

    static Text lower(Text t) {
        return t.derive(t.chars.toLowerCase(Locale.ROOT));
    }

    static Text capitalize(Text t) {
        if (t.isEmpty()) return t;
        int first = t.chars.codePointAt(0);
        String rest = t.chars.substring(Character.charCount(first));
        return t.derive(Character.toString(Character.toTitleCase(first)) + rest.toLowerCase(Locale.ROOT));
    }

    /** str.title, where a word is a run of letters; the filter title has another notion of a word. */
    static Text title(Text t) {
        StringBuilder out = new StringBuilder();
        boolean inside = false;
        for (int i = 0; i < t.length(); ) {
            int c = t.chars.codePointAt(i);
            i += Character.charCount(c);
            out.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inside = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
        }
        return t.derive(out.toString());
    }

    static Text swapCase(Text t) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < t.length(); ) {
            int c = t.chars.codePointAt(i);
            i += Character.charCount(c);
            String s = Character.toString(c);
            out.append(Character.isUpperCase(c) ? s.toLowerCase(Locale.ROOT) : s.toUpperCase(Locale.ROOT));
        }
        return t.derive(out.toString());
    }

    /** Whether a text has a letter with a case at all. */
    static boolean isCased(Text t) {
        return !upper(t).equals(lower(t));
    }

    static boolean isCase(String s, boolean upper) {
        boolean any = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            boolean up = Character.isUpperCase(c);
            boolean low = Character.isLowerCase(c);
            if (upper ? low || Character.isTitleCase(c) : up || Character.isTitleCase(c)) return false;
            any |= upper ? up : low;
        }
        return any;
    }

    /** str.replace; a negative count replaces all. */
    static Text replace(Budget budget, Text t, Text old, Text with, long count) {
        budget.allocate(t.length());
        TextBuilder out = new TextBuilder();
        int done = 0;
        long n = 0;
        while (n != count) {
            int at = next(t.chars, old.chars, done, n);
            if (at < 0) break;
            out.append(t.slice(done, at));
            budget.allocate(with.length());
            out.append(with);
            done = at + old.length();
            n++;
        }
        return out.append(t.slice(done, t.length())).text().markup(t.markup);
    }

    /** Where the next occurrence is; the empty text occurs between all code points. */
    private static int next(String s, String old, int done, long n) {
        if (!old.isEmpty()) return Search.first(s, old, done);
        if (n == 0) return 0;
        return done < s.length() ? done + Character.charCount(s.codePointAt(done)) : -1;
    }

    static Text join(Budget budget, Text separator, List<Object> items) {
        TextBuilder out = new TextBuilder();
        boolean first = true;
        for (Object item : items) {
            Text text = Repr.str(item);
            budget.step();
            budget.allocate((long) text.length() + (first ? 0 : separator.length()));
            if (!first) out.append(separator);
            out.append(text);
            first = false;
        }
        return out.text();
    }

    /** str.split and rsplit by a separator. */
    static List<Object> split(Budget budget, Text t, Text separator, long max, boolean right) {
        if (separator.isEmpty()) throw TemplateException.value("empty separator");
        budget.allocate(t.length());
        List<Object> parts = new ArrayList<>();
        int from = 0;
        int to = t.length();
        while (max < 0 || parts.size() < max) {
            budget.step();
            int at = right ? Search.last(t.chars.substring(0, to), separator.chars) : Search.first(t.chars, separator.chars, from);
            if (at < 0) break;
            if (right) budget.allocate(to);
            parts.add(right ? t.slice(at + separator.length(), to) : t.slice(from, at));
            if (right) to = at;
            else from = at + separator.length();
        }
        parts.add(t.slice(from, to));
        if (right) Collections.reverse(parts);
        return parts;
    }

    /** str.split and rsplit by white space. */
    static List<Object> split(Budget budget, Text t, long max, boolean right) {
        budget.allocate(t.length());
        List<Object> parts = new ArrayList<>();
        int from = 0;
        int to = t.length();
        while (true) {
            while (from < to && !right && Text.isSpace(t.charAt(from))) from++;
            while (from < to && right && Text.isSpace(t.charAt(to - 1))) to--;
            if (from == to) break;
            if (max >= 0 && parts.size() >= max) {
                parts.add(t.slice(from, to).strip(right, !right));
                break;
            }
            int at = right ? to : from;
            if (right) while (at > from && !Text.isSpace(t.charAt(at - 1))) at--;
            else while (at < to && !Text.isSpace(t.charAt(at))) at++;
            parts.add(right ? t.slice(at, to) : t.slice(from, at));
            if (right) to = at;
            else from = at;
        }
        if (right) Collections.reverse(parts);
        return parts;
    }

    static List<Object> lines(Text t, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < t.length(); i++) {
            char c = t.charAt(i);
            boolean ends = c >= 10 && c <= 13 || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029;
            if (!ends) continue;
            int next = c == '\r' && i + 1 < t.length() && t.charAt(i + 1) == '\n' ? i + 2 : i + 1;
            lines.add(t.slice(start, keepEnds ? next : i));
            start = next;
            i = next - 1;
        }
        if (start < t.length()) lines.add(t.slice(start, t.length()));
        return lines;
    }

    /** Fills up to a width in code points: align is one of {@code < > ^ =}, or {@code c} for str.center. */
    static Text pad(Budget budget, Text t, long width, char align, Text fill) {
        long missing = width - t.codePointCount();
        if (missing <= 0) return t;
        budget.allocate(width);
        long left =
                switch (align) {
                    case '<' -> 0;
                    case '^' -> missing / 2;
                    case 'c' -> missing / 2 + (missing & width & 1); // str.center rounds otherwise
                    default -> missing;
                };
        int sign = align == '=' && (t.chars.startsWith("-") || t.chars.startsWith("+")) ? 1 : 0;
        TextBuilder out = new TextBuilder().append(t.slice(0, sign));
        for (long i = 0; i < left; i++) out.append(fill);
        out.append(t.slice(sign, t.length()));
        for (long i = left; i < missing; i++) out.append(fill);
        return out.text().markup(t.markup);
    }
}

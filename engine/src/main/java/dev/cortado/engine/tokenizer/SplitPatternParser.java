package dev.cortado.engine.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the notation of {@link SplitPattern}: literals, {@code \s \S \d \p{L} \p{Han}} and the like, sets with ranges,
 * negation and {@code &&[...]}, groups {@code (?:...)}, repetitions {@code * + ? {3} {1,3}}, and at the end of an alternative
 * {@code (?!\S)} and {@code $}.
 */
final class SplitPatternParser {
    /** What llama.cpp takes for Han: the blocks of unified and compatibility ideographs. */
    private static final int[] HAN = {
        0x4E00, 0x9FFF, 0x3400, 0x4DBF, 0x20000, 0x2A6DF, 0x2A700, 0x2B73F, 0x2B740, 0x2B81F, 0x2B820, 0x2CEAF, 0x2CEB0,
        0x2EBEF, 0xF900, 0xFAFF, 0x2F800, 0x2FA1F,
    };

    private final String pattern;
    private int at;
    private int repeats;

    SplitPatternParser(String pattern) {
        this.pattern = pattern;
    }

    SplitPattern parse() {
        List<SplitPattern.Node> alternatives = alternatives();
        if (at < pattern.length()) {
            throw unexpected();
        }
        return new SplitPattern(pattern, alternatives, repeats);
    }

    private List<SplitPattern.Node> alternatives() {
        List<SplitPattern.Node> alternatives = new ArrayList<>();
        do {
            SplitPattern.Node node = sequence();
            if (node == null) {
                throw unexpected();
            }
            alternatives.add(node);
        } while (accept("|"));
        return alternatives;
    }

    private SplitPattern.@Nullable Node sequence() {
        if (at == pattern.length() || "|)".indexOf(pattern.charAt(at)) >= 0) {
            return null;
        }
        if (accept("(?!")) {
            CharacterSet set = set();
            expect(")");
            return new SplitPattern.NotBefore(set, sequence());
        }
        if (accept("$")) {
            return new SplitPattern.End(sequence());
        }
        if (accept("(?:")) {
            List<SplitPattern.Node> alternatives = alternatives();
            expect(")");
            int[] times = times();
            return new SplitPattern.Group(alternatives, times[0], times[1], sequence());
        }
        CharacterSet set = set();
        int[] times = times();
        return new SplitPattern.Repeat(repeats++, set, times[0], times[1], sequence());
    }

    /** How often: least and most. */
    private int[] times() {
        if (accept("*")) {
            return new int[] {0, Integer.MAX_VALUE};
        }
        if (accept("+")) {
            return new int[] {1, Integer.MAX_VALUE};
        }
        if (accept("?")) {
            return new int[] {0, 1};
        }
        if (accept("{")) {
            int end = pattern.indexOf('}', at);
            String[] times = pattern.substring(at, end).split(",");
            at = end + 1;
            return new int[] {Integer.parseInt(times[0]), Integer.parseInt(times[times.length - 1])};
        }
        return new int[] {1, 1};
    }

    /** A single character or class, or a set in brackets. */
    private CharacterSet set() {
        Members members = new Members();
        if (!accept("[")) {
            members.add();
            return members.set(false, null);
        }
        boolean negated = accept("^");
        CharacterSet and = null;
        while (!accept("]")) {
            if (accept("&&")) {
                and = set();
            } else {
                members.add();
            }
        }
        return members.set(negated, and);
    }

    private final class Members {
        private int kinds;
        private boolean complement;
        private final IntList ranges = new IntList(8);

        /** Adds the character, range or class that stands next. */
        void add() {
            if (accept("\\p{")) {
                int end = pattern.indexOf('}', at);
                property(pattern.substring(at, end));
                at = end + 1;
            } else if (accept("\\s")) {
                kinds |= CharacterKind.WHITE_SPACE;
            } else if (accept("\\S")) {
                kinds |= CharacterKind.WHITE_SPACE;
                complement = true;
            } else if (accept("\\d")) {
                range('0', '9');
            } else {
                int first = character();
                if (pattern.startsWith("-", at) && !pattern.startsWith("-]", at)) {
                    at++;
                    range(first, character());
                } else {
                    range(first, first);
                }
            }
        }

        private void property(String name) {
            switch (name) {
                case "L" -> kinds |= CharacterKind.LETTER;
                case "N" -> kinds |= CharacterKind.NUMBER;
                case "M" -> kinds |= CharacterKind.MARK;
                case "P" -> kinds |= CharacterKind.PUNCTUATION;
                case "S" -> kinds |= CharacterKind.SYMBOL;
                case "Han" -> {
                    for (int i = 0; i < HAN.length; i += 2) {
                        range(HAN[i], HAN[i + 1]);
                    }
                }
                default -> throw unexpected();
            }
        }

        private void range(int first, int last) {
            ranges.add(first);
            ranges.add(last);
        }

        CharacterSet set(boolean negated, @Nullable CharacterSet and) {
            return CharacterSet.of(kinds, ranges.toArray(), negated != complement, and);
        }
    }

    private int character() {
        if (accept("\\")) {
            char escaped = pattern.charAt(at++);
            return switch (escaped) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                default -> {
                    if (Character.isLetterOrDigit(escaped)) {
                        throw unexpected();
                    }
                    yield escaped;
                }
            };
        }
        int character = pattern.codePointAt(at);
        at += Character.charCount(character);
        return character;
    }

    private boolean accept(String text) {
        boolean there = pattern.startsWith(text, at);
        at += there ? text.length() : 0;
        return there;
    }

    private void expect(String text) {
        if (!accept(text)) {
            throw unexpected();
        }
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("pattern %s: not understood at %d".formatted(pattern, at));
    }
}

package dev.cortado.engine.tokenizer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression that finds words: each match is a stretch of its own, and so is what lies between matches. It takes
 * the first alternative that matches, and greedy repetitions give back what they must, as in other engines; two
 * restrictions keep it linear and off the stack. Repetitions of a character set are loops, and one that has failed for a run
 * of characters is not tried again within that run. A group is atomic: once matched, it is not entered again.
 *
 * <p>The syntax is parsed by {@link SplitPatternParser}.
 */
final class SplitPattern implements Pass {
    private static final int FAILED = -1;
    private static final int ASCII = 128;

    /** A part of an alternative; {@code next} is null at its end. */
    sealed interface Node {
        @Nullable Node next();
    }

    /** A repeated character set. {@code number} is unique within the pattern. */
    record Repeat(int number, CharacterSet set, int least, int most, @Nullable Node next) implements Node {}

    /** A repeated group of alternatives. */
    record Group(List<Node> alternatives, int least, int most, @Nullable Node next) implements Node {}

    /** The end of the stretch, or a character that is not in the set, comes next. */
    record NotBefore(CharacterSet set, @Nullable Node next) implements Node {}

    /** The end of the stretch comes next. */
    record End(@Nullable Node next) implements Node {}

    private final String pattern;
    private final Node[] alternatives;
    private final int repeats;
    /** For each ASCII character, bits of the alternatives that can begin with it. */
    private final int[] beginnings = new int[ASCII];

    SplitPattern(String pattern, List<Node> alternatives, int repeats) {
        this.pattern = pattern;
        if (alternatives.size() > Integer.SIZE) {
            throw new IllegalArgumentException("more than %d alternatives".formatted(Integer.SIZE));
        }
        this.alternatives = alternatives.toArray(Node[]::new);
        this.repeats = repeats;
        for (int c = 0; c < ASCII; c++) {
            for (int i = 0; i < this.alternatives.length; i++) {
                beginnings[c] |= begins(this.alternatives[i], c) ? 1 << i : 0;
            }
        }
    }

    /** A pattern in the notation of tokenizer.json. */
    static SplitPattern of(String pattern) {
        return new SplitPatternParser(pattern).parse();
    }

    /** The same, parsed when it first divides a text: a model needs few of all the patterns that there are. */
    static Pass later(String pattern) {
        return new Pass() {
            private @Nullable SplitPattern parsed; // immutable: that two threads may parse it does no harm

            @Override
            public IntList split(int[] text, IntList ends) {
                SplitPattern known = parsed;
                if (known == null) {
                    known = of(pattern);
                    parsed = known;
                }
                return known.split(text, ends);
            }

            @Override
            public String toString() {
                return pattern;
            }
        };
    }

    private static boolean begins(@Nullable Node node, int c) {
        return switch (node) {
            case Repeat repeat -> repeat.set.contains(c) || repeat.least == 0 && begins(repeat.next, c);
            case Group group ->
                group.alternatives.stream().anyMatch(alternative -> begins(alternative, c))
                        || group.least == 0 && begins(group.next, c);
            case NotBefore _, End _ -> true;
            case null -> true;
        };
    }

    @Override
    public IntList split(int[] text, IntList ends) {
        IntList result = new IntList(Math.max(ends.size(), text.length / 4));
        Matcher matcher = new Matcher(text);
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            matcher.split(from, ends.get(i), result);
            from = ends.get(i);
        }
        return result;
    }

    /** The pattern as it was written. */
    @Override
    public String toString() {
        return pattern;
    }

    private final class Matcher {
        private final int[] text;
        private int end;
        /** Where each repetition failed last: from each place of this run on it fails again. */
        private final int[] failedFrom = new int[repeats];

        private final int[] failedTo = new int[repeats];

        Matcher(int[] text) {
            this.text = text;
        }

        void split(int from, int to, IntList ends) {
            end = to;
            Arrays.fill(failedFrom, 0);
            Arrays.fill(failedTo, 0);
            int start = from;
            for (int at = from; at < to; ) {
                int match = first(at);
                if (match == FAILED) {
                    at++;
                    continue;
                }
                if (at > start) {
                    ends.add(at);
                }
                ends.add(match);
                start = match;
                at = match;
            }
            if (to > start) {
                ends.add(to);
            }
        }

        /** The end of the first alternative's match that is not empty. */
        private int first(int at) {
            int candidates = text[at] < ASCII ? beginnings[text[at]] : -1;
            for (int i = 0; i < alternatives.length; i++) {
                if ((candidates >> i & 1) != 0) {
                    int match = match(alternatives[i], at);
                    if (match > at) {
                        return match;
                    }
                }
            }
            return FAILED;
        }

        private int match(@Nullable Node node, int at) {
            return switch (node) {
                case null -> at;
                case Repeat repeat -> match(repeat, at);
                case Group group -> match(group, at);
                case NotBefore(CharacterSet set, Node next) ->
                    at < end && set.contains(text[at]) ? FAILED : match(next, at);
                case End(Node next) -> at == end ? match(next, at) : FAILED;
            };
        }

        private int match(Repeat repeat, int at) {
            boolean endless = repeat.most == Integer.MAX_VALUE;
            if (endless && at >= failedFrom[repeat.number] && at < failedTo[repeat.number]) {
                return FAILED;
            }
            int limit = endless ? end : (int) Math.min(end, (long) at + repeat.most);
            int to = at;
            while (to < limit && repeat.set.contains(text[to])) {
                to++;
            }
            for (int stop = to; stop >= at + repeat.least; stop--) {
                int match = match(repeat.next, stop);
                if (match != FAILED) {
                    return match;
                }
            }
            if (endless) {
                failedFrom[repeat.number] = at;
                failedTo[repeat.number] = to;
            }
            return FAILED;
        }

        private int match(Group group, int at) {
            int to = at;
            for (int count = 0; count < group.most; count++) {
                int match = FAILED;
                for (int i = 0; i < group.alternatives.size() && match == FAILED; i++) {
                    match = match(group.alternatives.get(i), to);
                }
                if (match == FAILED || match == to) {
                    if (count < group.least) {
                        return FAILED;
                    }
                    break;
                }
                to = match;
            }
            return match(group.next, to);
        }
    }
}

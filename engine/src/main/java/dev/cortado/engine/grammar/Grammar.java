package dev.cortado.engine.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The texts that may be generated, as a set of byte strings. What may follow after a byte is again a grammar, its
 * derivative (Brzozowski 1964), so a grammar is also the state of its own recogniser: immutable, compared by content, and
 * free to branch. {@link Rule} makes grammars recursive; a rule must not begin with itself.
 */
public sealed interface Grammar {
    /** Whether the empty text belongs to it: generation may end here. */
    boolean nullable();

    /** What may follow after byte {@code b} (0 to 255); {@link #NOTHING} where {@code b} cannot come. */
    Grammar after(int b);

    /** No text at all. */
    Grammar NOTHING = new Nothing();

    /** The empty text. */
    Grammar EMPTY = new Empty();

    /** Exactly this text. */
    static Grammar text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Grammar grammar = EMPTY;
        for (int i = bytes.length - 1; i >= 0; i--) {
            grammar = sequence(range(bytes[i] & 0xFF, bytes[i] & 0xFF), grammar);
        }
        return grammar;
    }

    /** One byte of this text, which is ASCII. */
    static Grammar anyOf(String characters) {
        BitSet bytes = new BitSet(256);
        characters.chars().forEach(bytes::set);
        return new Byte(bytes);
    }

    /** One byte from {@code first} to {@code last}. */
    static Grammar range(int first, int last) {
        BitSet bytes = new BitSet(256);
        bytes.set(first, last + 1);
        return new Byte(bytes);
    }

    /** One part after the other. */
    static Grammar sequence(Grammar... parts) {
        Grammar grammar = parts[parts.length - 1];
        for (int i = parts.length - 2; i >= 0; i--) {
            grammar = join(parts[i], grammar);
        }
        return grammar;
    }

    private static Grammar join(Grammar first, Grammar second) {
        if (first == NOTHING || second == NOTHING) {
            return NOTHING;
        }
        if (first == EMPTY) {
            return second;
        }
        return second == EMPTY ? first : new Sequence(first, second);
    }

    /** One of several. */
    static Grammar choice(List<Grammar> options) {
        Set<Grammar> flat = new LinkedHashSet<>();
        for (Grammar option : options) {
            if (option instanceof Choice choice) {
                flat.addAll(choice.options);
            } else if (option != NOTHING) {
                flat.add(option);
            }
        }
        return switch (flat.size()) {
            case 0 -> NOTHING;
            case 1 -> flat.iterator().next();
            default -> new Choice(Set.copyOf(flat));
        };
    }

    /** One of several. */
    static Grammar choice(Grammar... options) {
        return choice(List.of(options));
    }

    /** The part or nothing. */
    static Grammar optional(Grammar part) {
        return choice(part, EMPTY);
    }

    /**
     * The part repeated.
     *
     * @param most -1 = any number of times
     */
    static Grammar repeat(Grammar part, int least, int most) {
        if (most >= 0 && least > most) {
            return NOTHING;
        }
        if (part == EMPTY || part == NOTHING) {
            return part == EMPTY || least == 0 ? EMPTY : NOTHING;
        }
        return most == 0 ? EMPTY : new Repeat(part, least, most);
    }

    /** A named part that is looked up when it is needed, so that it may contain itself. */
    static Grammar rule(String name, Supplier<Grammar> definition) {
        return new Rule(name, definition);
    }

    /** The grammar of no text. */
    record Nothing() implements Grammar {
        @Override
        public boolean nullable() {
            return false;
        }

        @Override
        public Grammar after(int b) {
            return this;
        }
    }

    /** The grammar of the empty text. */
    record Empty() implements Grammar {
        @Override
        public boolean nullable() {
            return true;
        }

        @Override
        public Grammar after(int b) {
            return NOTHING;
        }
    }

    /**
     * One byte of a set.
     *
     * @param bytes the set; never changed
     */
    record Byte(BitSet bytes) implements Grammar {
        @Override
        public boolean nullable() {
            return false;
        }

        @Override
        public Grammar after(int b) {
            return bytes.get(b) ? EMPTY : NOTHING;
        }
    }

    /** Two parts, one after the other. */
    record Sequence(Grammar first, Grammar second) implements Grammar {
        @Override
        public boolean nullable() {
            return first.nullable() && second.nullable();
        }

        @Override
        public Grammar after(int b) {
            Grammar within = join(first.after(b), second);
            return first.nullable() ? choice(within, second.after(b)) : within;
        }
    }

    /** Alternatives. */
    record Choice(Set<Grammar> options) implements Grammar {
        @Override
        public boolean nullable() {
            return options.stream().anyMatch(Grammar::nullable);
        }

        @Override
        public Grammar after(int b) {
            List<Grammar> next = new ArrayList<>(options.size());
            for (Grammar option : options) {
                Grammar after = option.after(b);
                if (after != NOTHING) {
                    next.add(after);
                }
            }
            return choice(next);
        }
    }

    /**
     * A part that comes {@code least} to {@code most} times.
     *
     * @param most -1 = without limit
     */
    record Repeat(Grammar part, int least, int most) implements Grammar {
        @Override
        public boolean nullable() {
            return least == 0 || part.nullable();
        }

        @Override
        public Grammar after(int b) {
            Grammar after = part.after(b);
            return after == NOTHING
                    ? NOTHING
                    : join(after, repeat(part, Math.max(0, least - 1), most < 0 ? -1 : most - 1));
        }
    }

    /** A part with a name, by which alone it is compared. */
    final class Rule implements Grammar {
        private final String name;
        private final Supplier<Grammar> definition;
        private @Nullable Grammar resolved = null;

        Rule(String name, Supplier<Grammar> definition) {
            this.name = name;
            this.definition = definition;
        }

        private synchronized Grammar resolve() {
            if (resolved == null) {
                resolved = definition.get();
            }
            return resolved;
        }

        @Override
        public boolean nullable() {
            return resolve().nullable();
        }

        @Override
        public Grammar after(int b) {
            return resolve().after(b);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Rule rule && rule.name.equals(name) && rule.definition == definition;
        }

        @Override
        public int hashCode() {
            return Objects.hash(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}

package dev.cortado.engine.grammar;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The states that a grammar has been in, with the steps between them. A step is derived when it is first taken; a
 * vocabulary takes most of them thousands of times. For one thread.
 */
final class Automaton {
    /** A kilobyte each. */
    private static final int MOST_STATES = 4096;

    /** A bit for each token of the vocabulary each. */
    private static final int MOST_LOOKED_UP = 256;

    private final Map<Grammar, State> states = new HashMap<>();
    private int lookedUp;

    State state(Grammar grammar) {
        return states.computeIfAbsent(grammar, State::new);
    }

    /** Whether it has grown so large that it is better begun anew. */
    boolean full() {
        return states.size() > MOST_STATES || lookedUp > MOST_LOOKED_UP;
    }

    /** A grammar, and what it becomes after each byte. */
    final class State {
        private final Grammar grammar;
        private final State[] after = new State[256];
        private @Nullable BitSet allowed = null;

        private State(Grammar grammar) {
            this.grammar = grammar;
        }

        Grammar grammar() {
            return grammar;
        }

        /** Nothing can follow any more, not even the end. */
        boolean dead() {
            return grammar == Grammar.NOTHING;
        }

        State after(byte b) {
            int i = b & 0xFF;
            if (after[i] == null) {
                after[i] = state(grammar.after(i));
            }
            return after[i];
        }

        /** Tokens that the grammar allows next, looked up once. */
        BitSet allowed(TokenTrie trie) {
            if (allowed == null) {
                allowed = trie.allowed(this);
                lookedUp++;
            }
            return allowed;
        }
    }
}

package dev.cortado.engine.grammar;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Holds a generation to a grammar: masks the tokens that cannot come, and follows those that were chosen. The allowed
 * tokens of a state are remembered, since most states of a text (within a string, within a number) come again. For one
 * text and one thread.
 */
public final class Mask {
    private final TokenTrie trie;
    private Automaton automaton = new Automaton();
    private Automaton.State state;

    public Mask(TokenTrie trie, Grammar grammar) {
        this.trie = trie;
        this.state = automaton.state(grammar);
    }

    /** Sets the logits of all tokens that cannot come to -infinity. */
    public void apply(float[] logits) {
        if (automaton.full()) {
            automaton = new Automaton();
            state = automaton.state(state.grammar());
        }
        BitSet allowed = state.allowed(trie);
        int from = allowed.nextClearBit(0);
        while (from < logits.length) {
            int next = allowed.nextSetBit(from);
            int to = next < 0 ? logits.length : Math.min(next, logits.length);
            Arrays.fill(logits, from, to, Float.NEGATIVE_INFINITY);
            from = allowed.nextClearBit(to);
        }
    }

    /** The bytes of a chosen token became part of the text. */
    public void accept(byte[] piece) {
        for (byte b : piece) {
            state = state.after(b);
        }
    }

    /** Whether the text is complete and nothing can follow. */
    public boolean complete() {
        return state.grammar() == Grammar.EMPTY;
    }
}

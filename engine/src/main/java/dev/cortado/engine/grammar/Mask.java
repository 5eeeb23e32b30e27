package dev.cortado.engine.grammar;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds a generation to a grammar: masks the tokens that cannot come, and follows those that were chosen. The allowed
 * tokens of a state are remembered, since most states of a text (within a string, within a number) come again. For one
 * text and one thread.
 */
public final class Mask {
    private static final int REMEMBERED = 256;

    private final TokenTrie trie;
    private final Map<Grammar, BitSet> known = new HashMap<>();
    private Grammar state;

    public Mask(TokenTrie trie, Grammar grammar) {
        this.trie = trie;
        this.state = grammar;
    }

    /** Sets the logits of all tokens that cannot come to -infinity. */
    public void apply(float[] logits) {
        if (known.size() > REMEMBERED) {
            known.clear();
        }
        BitSet allowed = known.computeIfAbsent(state, trie::allowed);
        for (int id = allowed.nextClearBit(0); id < logits.length; id = allowed.nextClearBit(id + 1)) {
            logits[id] = Float.NEGATIVE_INFINITY;
        }
    }

    /** The bytes of a chosen token became part of the text. */
    public void accept(byte[] piece) {
        for (byte b : piece) {
            state = state.after(b & 0xFF);
        }
    }

    /** Whether the text is complete and nothing can follow. */
    public boolean complete() {
        return state == Grammar.EMPTY;
    }
}

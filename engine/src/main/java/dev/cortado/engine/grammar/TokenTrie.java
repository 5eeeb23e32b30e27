package dev.cortado.engine.grammar;

import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabulary;
import java.util.BitSet;

/**
 * The tokens of a vocabulary by their bytes, so that those a grammar allows are found without trying each: a subtree whose
 * first bytes cannot come is skipped. Immutable, one per vocabulary.
 */
public final class TokenTrie {
    /** Nodes as parallel arrays: first child, next sibling, byte, and the token that ends here, or -1. */
    private int[] child = new int[1024];

    private int[] sibling = new int[1024];
    private byte[] label = new byte[1024];
    private int[] token = new int[1024];
    private int[] sameText = new int[0];
    private int size = 1;

    private final BitSet endings = new BitSet();
    private final int vocabularySize;

    /** Reads the whole vocabulary; control tokens and tokens without text are left out, those that end a turn kept apart. */
    public TokenTrie(Tokenizer tokenizer) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        vocabularySize = vocabulary.size();
        token[0] = -1;
        sameText = new int[vocabularySize];
        for (int id = 0; id < vocabularySize; id++) {
            sameText[id] = -1;
            if (vocabulary.endsGeneration(id)) {
                endings.set(id);
            } else if (!vocabulary.isControl(id)) {
                insert(tokenizer.piece(id, false), id);
            }
        }
    }

    private void insert(byte[] bytes, int id) {
        if (bytes.length == 0) {
            return;
        }
        int node = 0;
        for (byte b : bytes) {
            node = childOf(node, b);
        }
        sameText[id] = token[node]; // several tokens may have the same text
        token[node] = id;
    }

    private int childOf(int node, byte b) {
        for (int next = child[node]; next != 0; next = sibling[next]) {
            if (label[next] == b) {
                return next;
            }
        }
        if (size == child.length) {
            grow();
        }
        int added = size++;
        label[added] = b;
        token[added] = -1;
        sibling[added] = child[node];
        child[node] = added;
        return added;
    }

    private void grow() {
        child = java.util.Arrays.copyOf(child, 2 * size);
        sibling = java.util.Arrays.copyOf(sibling, 2 * size);
        label = java.util.Arrays.copyOf(label, 2 * size);
        token = java.util.Arrays.copyOf(token, 2 * size);
    }

    /** Number of tokens of the vocabulary, allowed or not. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** The tokens whose text the grammar allows next, and those that end a turn if it allows the end. */
    public BitSet allowed(Grammar grammar) {
        return allowed(new Automaton().state(grammar));
    }

    BitSet allowed(Automaton.State state) {
        BitSet allowed = new BitSet(vocabularySize);
        if (state.grammar().nullable()) {
            allowed.or(endings);
        }
        descend(0, state, allowed);
        return allowed;
    }

    private void descend(int node, Automaton.State state, BitSet allowed) {
        for (int next = child[node]; next != 0; next = sibling[next]) {
            Automaton.State after = state.after(label[next]);
            if (!after.dead()) {
                for (int id = token[next]; id >= 0; id = sameText[id]) {
                    allowed.set(id);
                }
                descend(next, after, allowed);
            }
        }
    }
}

package dev.cortado.engine.grammar;

import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * The tokens of a vocabulary by their bytes, so that those a grammar allows are found without trying each: a trie, written
 * down from the first token in the order of the alphabet to the last, each as what it adds to the one before. Memory is
 * read once from front to back, and what follows a refused byte is skipped. Immutable, one per vocabulary.
 */
public final class TokenTrie {
    /** Tokens in the order of their bytes. */
    private final int[] ids;

    /** Leading bytes that each shares with the one before. */
    private final int[] shared;

    /** The other bytes of all of them, and where those of each end. */
    private final byte[] added;

    private final int[] ends;
    private final int longest;
    private final BitSet endings = new BitSet();
    private final int vocabularySize;

    private record Piece(int id, byte[] bytes) {}

    /** Reads the whole vocabulary; control tokens and tokens without text are left out, those that end a turn kept apart. */
    public TokenTrie(Tokenizer tokenizer) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        vocabularySize = vocabulary.size();
        List<Piece> pieces = new ArrayList<>(vocabularySize);
        int most = 0;
        for (int id = 0; id < vocabularySize; id++) {
            if (vocabulary.endsGeneration(id)) {
                endings.set(id);
            } else if (!vocabulary.isControl(id)) {
                byte[] piece = tokenizer.piece(id, false);
                if (piece.length > 0) {
                    pieces.add(new Piece(id, piece));
                    most = Math.max(most, piece.length);
                }
            }
        }
        pieces.sort(Comparator.comparing(Piece::bytes, Arrays::compareUnsigned));
        ids = new int[pieces.size()];
        shared = new int[pieces.size()];
        ends = new int[pieces.size()];
        longest = most;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] last = new byte[0];
        for (int i = 0; i < ids.length; i++) {
            byte[] piece = pieces.get(i).bytes;
            int same = Arrays.mismatch(last, piece);
            shared[i] = same < 0 ? piece.length : same;
            text.write(piece, shared[i], piece.length - shared[i]);
            ids[i] = pieces.get(i).id;
            ends[i] = text.size();
            last = piece;
        }
        added = text.toByteArray();
    }

    /** Number of tokens of the vocabulary, allowed or not. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** The tokens whose text the grammar allows next, and those that end a turn if it allows the end. */
    BitSet allowed(Automaton.State state) {
        BitSet allowed = new BitSet(vocabularySize);
        if (state.grammar().nullable()) {
            allowed.or(endings);
        }
        // states after the leading bytes of the token at hand, as far as they are allowed
        Automaton.State[] path = new Automaton.State[longest + 1];
        path[0] = state;
        int depth = 0;
        int at = 0;
        for (int i = 0; i < ids.length; i++) {
            if (shared[i] <= depth) {
                depth = shared[i];
                while (at < ends[i]) {
                    Automaton.State after = path[depth].after(added[at]);
                    if (after.dead()) {
                        break;
                    }
                    path[++depth] = after;
                    at++;
                }
                if (at == ends[i]) {
                    allowed.set(ids[i]);
                }
            }
            at = ends[i];
        }
        return allowed;
    }
}

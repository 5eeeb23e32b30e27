package dev.cortado.sdk;

import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.engine.tokenizer.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Cuts texts into sequences that an embedding model reads at once: prefix, up to {@link #length()} tokens of the text,
 * closing token. Neighbouring chunks of a text share 8 tokens.
 */
final class Chunker {
    private static final int OVERLAP = 8;
    private static final int ATLAS_LIMIT = 8192;

    /** Embedded in place of a text without tokens; the MD5 of "nomic empty". */
    private static final String PLACEHOLDER = "24df574ea1c998de59d5be15e769658e";

    private final Tokenizer tokenizer;
    private final int[] begin;
    private final int[] end;
    private final int length;

    /**
     * @param prefix task prefix, may be empty
     * @param most tokens that the model reads at once
     */
    Chunker(Tokenizer tokenizer, String prefix, int most) {
        this.tokenizer = tokenizer;
        Vocabulary vocabulary = tokenizer.vocabulary();
        this.end = closing(vocabulary).stream().toArray();
        this.begin = opening(prefix);
        this.length = most - begin.length - end.length;
        if (length <= OVERLAP) {
            throw new EmbeddingException(
                    "max chunk length of %d is smaller than overlap of %d tokens".formatted(length, OVERLAP));
        }
    }

    /** Tokens of text per chunk at most. */
    int length() {
        return length;
    }

    private static OptionalInt closing(Vocabulary vocabulary) {
        return vocabulary.addsSeparator()
                ? vocabulary.separator()
                : vocabulary.addsEos() ? vocabulary.eos() : OptionalInt.empty();
    }

    private int[] opening(String prefix) {
        int[] ids = tokenizer.encode(prefix.isEmpty() ? "" : prefix + ":", true, true);
        boolean closed = end.length > 0 && ids.length > 0 && ids[ids.length - 1] == end[0];
        return closed ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }

    /**
     * The chunks of a text without prefix and special tokens.
     *
     * @param index of the text, for messages
     */
    List<int[]> chunks(String text, int index, boolean mean, boolean atlas) {
        int[] ids = encode(text);
        if (atlas && ids.length > ATLAS_LIMIT) {
            if (mean) {
                throw new EmbeddingException("length of text at index %d is %d tokens which exceeds limit of %d"
                        .formatted(index, ids.length, ATLAS_LIMIT));
            }
            ids = Arrays.copyOf(ids, ATLAS_LIMIT);
        }
        if (ids.length == 0) {
            ids = encode(PLACEHOLDER);
        }
        List<int[]> chunks = new ArrayList<>();
        int to;
        int from = 0;
        do {
            to = Math.min(from + length, ids.length);
            chunks.add(Arrays.copyOfRange(ids, from, to));
            from += length - OVERLAP;
        } while (mean && to < ids.length);
        return chunks;
    }

    private int[] encode(String text) {
        return tokenizer.encode(text.startsWith(" ") ? text : " " + text, false, false);
    }

    /** What the model reads for a chunk. */
    int[] sequence(int[] chunk) {
        int[] ids = Arrays.copyOf(begin, begin.length + chunk.length + end.length);
        System.arraycopy(chunk, 0, ids, begin.length, chunk.length);
        System.arraycopy(end, 0, ids, begin.length + chunk.length, end.length);
        return ids;
    }
}

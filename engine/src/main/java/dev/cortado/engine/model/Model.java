package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.gguf.Metadata;
import java.nio.file.Path;
import java.util.List;

/**
 * A model with its weights in the memory of its backends: immutable, and shared by any number of sequences and threads.
 * {@link #close} refuses new work, waits for what is under way, and gives the memory back; every later use throws {@link
 * IllegalStateException}.
 */
public final class Model implements AutoCloseable {
    private Model() {}

    /**
     * Opens a model on one backend.
     *
     * @throws dev.cortado.gguf.GgufFormatException if the file is damaged or of an unknown kind; one sentence that names
     *     the file, the key or tensor, what was found and what was expected
     */
    public static Model open(Path file, Backend backend, ModelOptions options) {
        return open(file, Placement.on(backend), options);
    }

    /** Opens a model whose layers run on two backends. */
    public static Model open(Path file, Placement placement, ModelOptions options) {
        throw new UnsupportedOperationException("no architecture is declared yet");
    }

    /** The file, or its first part. */
    public Path file() {
        throw new UnsupportedOperationException();
    }

    /** The family as the file names it: {@code general.architecture}. */
    public String architecture() {
        throw new UnsupportedOperationException();
    }

    /** {@code general.name}, or the file's name without its extension. */
    public String name() {
        throw new UnsupportedOperationException();
    }

    public Metadata metadata() {
        throw new UnsupportedOperationException();
    }

    /** Tokens that the model was trained on at a time. */
    public int contextLength() {
        throw new UnsupportedOperationException();
    }

    /** Floats of a hidden state, and of an embedding. */
    public int width() {
        throw new UnsupportedOperationException();
    }

    /** Rows of the output: one logit each. */
    public int vocabularySize() {
        throw new UnsupportedOperationException();
    }

    /** Number of weights. */
    public long parameters() {
        throw new UnsupportedOperationException();
    }

    /** Whether it has logits: true for decoders, false for embedding models. */
    public boolean generates() {
        throw new UnsupportedOperationException();
    }

    /** Whether a token sees only those before it. */
    public boolean causal() {
        throw new UnsupportedOperationException();
    }

    /** How {@link #embed} makes one vector of a text. */
    public Pooling pooling() {
        throw new UnsupportedOperationException();
    }

    /** An empty sequence with room for {@code capacity} tokens; its memory is taken at once. */
    public Sequence newSequence(int capacity) {
        throw new UnsupportedOperationException();
    }

    /**
     * Computes the batch's tokens: afterwards its sequences have grown by them, and it holds the logits that were wanted.
     * Several threads may call this at once with batches and sequences of their own.
     *
     * @throws IllegalArgumentException if a token id is outside the vocabulary or a sequence is another model's
     * @throws IllegalStateException if the model is closed, or does not {@linkplain #generates generate}
     */
    public void forward(Batch batch) {
        throw new UnsupportedOperationException();
    }

    /**
     * Embeds texts: one vector [width] each, by the model's {@link #pooling}, not normalised. Texts are packed without
     * padding.
     *
     * @param texts token ids, each with the special tokens that the model wants, at least one
     */
    public float[][] embed(List<int[]> texts) {
        throw new UnsupportedOperationException();
    }

    /** The last hidden state [tokens x width] of each token of a text. */
    public float[][] hidden(int[] tokens) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    boolean recurrent() {
        throw new UnsupportedOperationException();
    }

    void discard(List<KvCache> caches, int from, int count, int length) {
        throw new UnsupportedOperationException();
    }
}

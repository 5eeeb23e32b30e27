package dev.cortado.engine.model;

import dev.cortado.engine.backend.KvCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one text so far, with their keys, values and recurrent state. It grows by {@link Model#forward}; closing
 * gives its memory back, also after the model was closed. Confined to one thread at a time.
 */
public final class Sequence implements AutoCloseable {
    private final Model model;
    private final List<KvCache> caches; // one per device of the model
    private final int capacity;
    private int[] tokens = new int[8];
    private int length;
    private boolean closed;

    Sequence(Model model, List<KvCache> caches, int capacity) {
        this.model = model;
        this.caches = caches;
        this.capacity = capacity;
    }

    /** Number of tokens. */
    public int length() {
        return length;
    }

    /** Tokens that fit. */
    public int capacity() {
        return capacity;
    }

    /** Id of the token at a position below {@link #length}. */
    public int token(int position) {
        if (position < 0 || position >= length) {
            throw new IndexOutOfBoundsException("position %d of %d tokens".formatted(position, length));
        }
        return tokens[position];
    }

    /** Bytes that keys, values and state take. */
    public long bytes() {
        return caches.stream().mapToLong(KvCache::bytes).sum();
    }

    /** How many of its first tokens are also the first ones of {@code ids}. */
    public int commonPrefix(int[] ids) {
        int mismatch = Arrays.mismatch(tokens, 0, length, ids, 0, ids.length);
        return mismatch < 0 ? length : mismatch;
    }

    /**
     * Whether tokens can be taken back one by one. A recurrent model (Mamba, LFM2) keeps one state for all tokens, so
     * there a sequence can only start afresh: {@link #truncate} to 0.
     */
    public boolean rewinds() {
        return !model.recurrent();
    }

    /**
     * Forgets all tokens from position {@code n} on; beyond {@link #length} nothing happens.
     *
     * @throws UnsupportedOperationException for 0 &lt; n &lt; length where the sequence does not {@linkplain #rewinds rewind}
     */
    public void truncate(int n) {
        requireOpen();
        if (n < 0) {
            throw new IllegalArgumentException("truncation to " + n + " tokens");
        }
        if (n >= length) {
            return;
        }
        if (n > 0) {
            requireRewinds();
        }
        length = n;
        if (n == 0) {
            caches.forEach(KvCache::resetState);
        }
    }

    /**
     * Removes positions [from, from + count): later tokens move down, and their keys turn back by as many positions
     * (context shift). What later tokens had attended to stays in their values, as in every engine with a context shift.
     *
     * @throws UnsupportedOperationException where the sequence does not {@linkplain #rewinds rewind}
     */
    public void discard(int from, int count) {
        requireOpen();
        if (from < 0 || count < 0 || count > length - from) {
            throw new IllegalArgumentException(
                    "positions %d to %d of %d tokens".formatted(from, (long) from + count, length));
        }
        if (count == 0) {
            return;
        }
        if (from + count == length) {
            truncate(from);
            return;
        }
        requireRewinds();
        model.discard(caches, from, count, length);
        System.arraycopy(tokens, from + count, tokens, from, length - from - count);
        length -= count;
    }

    /**
     * Writes tokens, keys, values and state, so that the same model can go on from there in another process.
     *
     * @throws IOException if the target fails
     */
    public void save(OutputStream target) throws IOException {
        requireOpen();
        model.sequenceFile().write(this, target);
    }

    /**
     * Takes over what {@link #save} wrote; the sequence must be empty.
     *
     * @throws IOException if the source ends early, is no saved sequence, or was saved with another kind of model; the
     *     sequence stays empty
     */
    public void restore(InputStream source) throws IOException {
        requireOpen();
        if (length > 0) {
            throw new IllegalStateException("the sequence has %d tokens, expected none".formatted(length));
        }
        try {
            model.sequenceFile().read(this, source);
        } catch (IOException | RuntimeException e) {
            length = 0;
            caches.forEach(KvCache::resetState);
            throw e;
        }
    }

    /** Gives the memory back; closing again does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            caches.forEach(KvCache::close);
        }
    }

    Model model() {
        return model;
    }

    KvCache cache(int device) {
        return caches.get(device);
    }

    void requireRoom(int count) {
        requireOpen();
        if (count > capacity - length) {
            throw new IllegalArgumentException("%d tokens do not fit: the sequence has %d of %d"
                    .formatted(count, length, capacity));
        }
    }

    /** Takes note of a token whose keys and values are in the caches. */
    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the sequence is closed");
        }
    }

    private void requireRewinds() {
        if (!rewinds()) {
            throw new UnsupportedOperationException(
                    "a " + model.architecture() + " sequence keeps one recurrent state: it can only start afresh");
        }
    }
}

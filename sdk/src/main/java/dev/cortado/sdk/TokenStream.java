package dev.cortado.sdk;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a sequence of texts, each computed when it is asked for: a stream that is not read on costs nothing, and
 * an error in the model is thrown from {@link #hasNext()} or {@link #next()}. Reading it to the end, not opening it, adds
 * the answer to the chat session. For one thread at a time; closing is optional and ends it early.
 */
public final class TokenStream implements Iterator<String>, Iterable<String>, AutoCloseable {
    private final Generation generation;
    private final @Nullable TokenCallback callback;
    private final Consumer<String> finished;
    private final StringBuilder text = new StringBuilder();
    private @Nullable String next = null;
    private boolean ended = false;

    /** @param finished receives the whole answer once, when it was read to the end */
    TokenStream(Generation generation, @Nullable TokenCallback callback, Consumer<String> finished) {
        this.generation = generation;
        this.callback = callback;
        this.finished = finished;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            advance();
        }
        return next != null;
    }

    @Override
    public String next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the answer has ended");
        }
        String piece = next;
        next = null;
        return piece;
    }

    private void advance() {
        Emission emission = generation.next();
        if (emission == null) {
            end();
            return;
        }
        text.append(emission.text());
        if (callback != null && !accepted(callback, emission)) {
            generation.cancel(); // the refused piece belongs to the answer, but is not handed out
            end();
            return;
        }
        next = emission.text();
    }

    private boolean accepted(TokenCallback callback, Emission emission) {
        try {
            return callback.onToken(emission.token(), emission.text());
        } catch (RuntimeException | Error e) {
            ended = true;
            generation.cancel();
            throw e;
        }
    }

    private void end() {
        ended = true;
        finished.accept(text.toString());
    }

    /** The pieces as a stream; closing it closes this. */
    public Stream<String> stream() {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, traits), false).onClose(this::close);
    }

    /** This iterator itself: an answer can be read once. */
    @Override
    public Iterator<String> iterator() {
        return this;
    }

    /** Text so far and what it took; complete once there is no next piece. */
    public GenerationResult result() {
        return generation.result(text.toString());
    }

    /** Ends the answer early; it is then not added to the chat session. */
    @Override
    public void close() {
        ended = true;
        next = null;
        generation.cancel();
    }
}

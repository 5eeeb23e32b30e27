package dev.cortado.engine.backend;

/**
 * Keys, values and recurrent state of the tokens of one sequence (or of one packed batch), for all layers, in a
 * backend's memory. Which positions are in use is the caller's business.
 */
public interface KvCache extends AutoCloseable {
    /** Tokens that fit. */
    int capacity();

    /** What it was made for. */
    KvShape shape();

    /** Bytes it takes. */
    long bytes();

    /** Zeroes the recurrent state of every layer; keys and values need no clearing. */
    void resetState();

    /** Gives the memory back. */
    @Override
    void close();
}

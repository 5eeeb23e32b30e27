package dev.cortado.engine.backend;

import java.lang.foreign.MemorySegment;

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

    /**
     * Copies what a layer keeps of cache indices [from, from + tokens), and its recurrent state, to {@code target}: first
     * the keys [tokens x keyWidth], then the values [tokens x valueWidth], both in the cache's type, then the state as
     * float32; everything little-endian, so that a saved session or a shared prefix can be taken up by another backend.
     *
     * @param target exactly {@link KvShape#bytes(int, int) shape().bytes(layer, tokens)} bytes
     * @throws IllegalArgumentException if range or size do not fit
     */
    void save(int layer, int from, int tokens, MemorySegment target);

    /** Takes over what {@link #save} of a cache of the same shape wrote; the arguments mean the same. */
    void restore(int layer, int from, int tokens, MemorySegment source);

    /** Gives the memory back. */
    @Override
    void close();
}

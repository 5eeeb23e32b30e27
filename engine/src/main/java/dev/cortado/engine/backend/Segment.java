package dev.cortado.engine.backend;

/**
 * Consecutive tokens of one sequence within a batch.
 *
 * @param cache where the sequence's keys and values live
 * @param base index within the cache of the sequence's position 0 (sequences of a packed batch share one cache)
 * @param position position of the first of these tokens = tokens of the sequence already in the cache
 * @param row the batch's row of the first of these tokens
 * @param rows number of tokens, one row each
 */
public record Segment(KvCache cache, int base, int position, int row, int rows) {}

package dev.cortado.gguf.quantization;

import java.lang.foreign.MemorySegment;

/**
 * A format that weights can be quantised to. The choices (which scales are tried, in which order sums are taken) are
 * those of ggml's reference quantisers ({@code ggml-quants.c}), so that the bytes are the same.
 */
interface WritableFormat extends Format {
    /** Writes one block, or a row of a type without blocks, at {@code offset}. */
    void quantize(Block block, MemorySegment out, long offset);
}

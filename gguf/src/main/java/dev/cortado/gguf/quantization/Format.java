package dev.cortado.gguf.quantization;

import java.lang.foreign.MemorySegment;

/**
 * How one tensor type stores weights. One class per type, named as ggml names it; the class comment draws the block.
 * The order of the float operations is ggml's ({@code ggml-quants.c}), so that results are equal to the last bit.
 */
interface Format {
    /** See {@link Dequantizer#dequantize}, which has checked the arguments. */
    void dequantize(MemorySegment data, long offset, float[] out, int at, int count);
}

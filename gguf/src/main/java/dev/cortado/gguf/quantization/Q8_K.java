package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f32;
import static dev.cortado.gguf.quantization.LittleEndian.i8;

import java.lang.foreign.MemorySegment;

/**
 * Eight bits per weight: {@code w = d * q}. ggml's form of activations; not meant for files.
 * <pre>
 *    0  f32      d
 *    4  i8[256]  q
 *  260  i16[16]  sums of 16 q each
 * </pre>
 */
final class Q8_K implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 292;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f32(data, block);
        for (int j = 0; j < BLOCK; j++) {
            out[at + j] = d * i8(data, block + 4 + j);
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.i64;

import java.lang.foreign.MemorySegment;

/**
 * Signed 64-bit integers, rounded to a float.
 */
final class I64 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = i64(data, offset + 8L * i);
        }
    }
}

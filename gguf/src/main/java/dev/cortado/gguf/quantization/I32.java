package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.i32;

import java.lang.foreign.MemorySegment;

/**
 * Signed 32-bit integers, rounded to a float.
 */
final class I32 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = i32(data, offset + 4L * i);
        }
    }
}

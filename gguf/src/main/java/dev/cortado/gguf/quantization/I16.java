package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.i16;

import java.lang.foreign.MemorySegment;

/**
 * Signed 16-bit integers.
 */
final class I16 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = i16(data, offset + 2L * i);
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.i8;

import java.lang.foreign.MemorySegment;

/**
 * Signed bytes.
 */
final class I8 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = i8(data, offset + i);
        }
    }
}

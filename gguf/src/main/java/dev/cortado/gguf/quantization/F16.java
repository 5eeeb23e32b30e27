package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;

import java.lang.foreign.MemorySegment;

/**
 * IEEE 754 binary16.
 */
final class F16 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = f16(data, offset + 2L * i);
        }
    }
}

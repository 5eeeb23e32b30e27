package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f64;

import java.lang.foreign.MemorySegment;

/**
 * IEEE 754 binary64, rounded to a float.
 */
final class F64 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = (float) f64(data, offset + 8L * i);
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.u16;

import java.lang.foreign.MemorySegment;

/**
 * The upper half of a binary32.
 */
final class BF16 implements Format {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = Float.intBitsToFloat(u16(data, offset + 2L * i) << 16);
        }
    }
}

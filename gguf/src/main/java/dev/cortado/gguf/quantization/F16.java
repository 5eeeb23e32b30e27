package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put16;

import java.lang.foreign.MemorySegment;

/**
 * IEEE 754 binary16.
 */
final class F16 implements WritableFormat {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = f16(data, offset + 2L * i);
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        for (int i = 0; i < block.x().length; i++) {
            short half = Float.floatToFloat16(block.x()[i]);
            if (Float.isInfinite(Float.float16ToFloat(half))) {
                throw new IllegalArgumentException("weight " + block.x()[i] + " does not fit F16");
            }
            put16(out, offset + 2L * i, half);
        }
    }
}

package dev.cortado.gguf.quantization;

import java.lang.foreign.MemorySegment;

/**
 * IEEE 754 binary32.
 */
final class F32 implements WritableFormat {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        MemorySegment.copy(data, LittleEndian.F32, offset, out, at, count);
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        MemorySegment.copy(block.x(), 0, out, LittleEndian.F32, offset, block.x().length);
    }
}

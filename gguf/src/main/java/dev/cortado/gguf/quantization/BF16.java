package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put16;
import static dev.cortado.gguf.quantization.LittleEndian.u16;

import java.lang.foreign.MemorySegment;

/**
 * The upper half of a binary32.
 */
final class BF16 implements WritableFormat {
    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = Float.intBitsToFloat(u16(data, offset + 2L * i) << 16);
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        for (int i = 0; i < block.x().length; i++) {
            put16(out, offset + 2L * i, round(Float.floatToRawIntBits(block.x()[i])));
        }
    }

    /** To the nearest, a half to the even one. */
    private static int round(int bits) {
        return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }
}

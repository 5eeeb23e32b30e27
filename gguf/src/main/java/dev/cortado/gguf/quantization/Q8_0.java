package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i8;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;

import java.lang.foreign.MemorySegment;

/**
 * Eight bits per weight: {@code w = q * d}.
 * <pre>
 *  0  f16     d
 *  2  i8[32]  q
 * </pre>
 */
final class Q8_0 implements WritableFormat {
    private static final int BLOCK = 32;
    private static final int BYTES = 34;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        for (int j = 0; j < BLOCK; j++) {
            out[at + j] = i8(data, block + 2 + j) * d;
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float d = Math.abs(SymmetricFit.peak(block.x(), 0, BLOCK)) / 127;
        float inverse = d == 0 ? 0 : 1 / d;
        putScale(out, offset, d);
        for (int j = 0; j < BLOCK; j++) {
            put8(out, offset + 2 + j, Rounding.halfAway(block.x()[j] * inverse));
        }
    }
}

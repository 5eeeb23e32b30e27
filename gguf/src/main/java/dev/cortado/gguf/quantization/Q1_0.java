package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * A sign per weight: {@code w = q ? d : -d}.
 * <pre>
 *  0  f16     d
 *  2  u8[16]  signs, bit j % 8 of byte j / 8
 * </pre>
 */
final class Q1_0 implements WritableFormat {
    private static final int BLOCK = 128;
    private static final int BYTES = 18;

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
            boolean positive = (u8(data, block + 2 + j / 8) >> j % 8 & 1) != 0;
            out[at + j] = positive ? d : -d;
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float[] x = block.x();
        float sum = 0;
        for (float value : x) {
            sum += Math.abs(value);
        }
        putScale(out, offset, sum / BLOCK);
        for (int byteIndex = 0; byteIndex < BLOCK / 8; byteIndex++) {
            int signs = 0;
            for (int j = 0; j < 8; j++) {
                signs |= x[8 * byteIndex + j] >= 0 ? 1 << j : 0;
            }
            put8(out, offset + 2 + byteIndex, signs);
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Two bits per weight: {@code w = (q - 1) * d}, so -d, 0, d and 2d.
 * <pre>
 *  0  f16     d
 *  2  u8[16]  q, four to a byte, the first in the low bits
 * </pre>
 */
final class Q2_0 implements WritableFormat {
    private static final int BLOCK = 64;
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
            int q = u8(data, block + 2 + j / 4) >> 2 * (j % 4) & 3;
            out[at + j] = (q - 1) * d;
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float[] x = block.x();
        float d = Math.abs(SymmetricFit.peak(x, 0, BLOCK));
        float inverse = d > 0 ? 1 / d : 0;
        putScale(out, offset, d);
        for (int byteIndex = 0; byteIndex < BLOCK / 4; byteIndex++) {
            int four = 0;
            for (int j = 0; j < 4; j++) {
                four |= Math.clamp(Rounding.halfAway(x[4 * byteIndex + j] * inverse) + 1, 0, 3) << 2 * j;
            }
            put8(out, offset + 2 + byteIndex, four);
        }
    }
}

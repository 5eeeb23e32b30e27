package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Four bits per weight and a minimum: {@code w = q * d + m}.
 * <pre>
 *  0  f16     d
 *  2  f16     m
 *  4  u8[16]  q of weight j in the low, of weight j + 16 in the high half of byte j
 * </pre>
 */
final class Q4_1 implements WritableFormat {
    private static final int BLOCK = 32;
    private static final int BYTES = 20;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        float m = f16(data, block + 2);
        for (int j = 0; j < BLOCK / 2; j++) {
            int q = u8(data, block + 4 + j);
            out[at + j] = (q & 15) * d + m;
            out[at + j + BLOCK / 2] = (q >> 4) * d + m;
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        byte[] q = new byte[BLOCK];
        RangeFit fit = RangeFit.of(block, 15, q);
        putScale(out, offset, fit.scale());
        putScale(out, offset + 2, fit.min());
        Nibbles.put(out, offset + 4, q, 0, 16);
    }
}

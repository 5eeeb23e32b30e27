package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i32;
import static dev.cortado.gguf.quantization.LittleEndian.put32;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Five bits per weight and a minimum: {@code w = q * d + m}.
 * <pre>
 *  0  f16     d
 *  2  f16     m
 *  4  u32     fifth bit of q: of weight j in bit j
 *  8  u8[16]  low bits of q: of weight j in the low, of weight j + 16 in the high half of byte j
 * </pre>
 */
final class Q5_1 implements WritableFormat {
    private static final int BLOCK = 32;
    private static final int BYTES = 24;

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
        int high = i32(data, block + 4);
        for (int j = 0; j < BLOCK / 2; j++) {
            int low = u8(data, block + 8 + j);
            out[at + j] = (low & 15 | (high >>> j & 1) << 4) * d + m;
            out[at + j + BLOCK / 2] = (low >> 4 | (high >>> j + 16 & 1) << 4) * d + m;
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        byte[] q = new byte[BLOCK];
        RangeFit fit = RangeFit.of(block, 31, q);
        putScale(out, offset, fit.scale());
        putScale(out, offset + 2, fit.min());
        put32(out, offset + 4, Nibbles.fifthBits(q));
        Nibbles.put(out, offset + 8, q, 0, 16);
    }
}

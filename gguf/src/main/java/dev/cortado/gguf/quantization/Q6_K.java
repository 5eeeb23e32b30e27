package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i8;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Six bits per weight in sixteen groups of 16, each with an 8-bit scale: {@code w = d * scale * (q - 32)}.
 * <pre>
 *    0  u8[128]  low bits of q: weight 128 * h + 64 * t + 32 * s + l in half t of byte 64 * h + 32 * s + l
 *  128  u8[64]   high bits of q: weight 128 * h + 32 * s + l in bits 2 * s of byte 32 * h + l
 *  192  i8[16]   scales
 *  208  f16      d
 * </pre>
 */
final class Q6_K implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 210;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block + 208);
        for (int group = 0; group < 16; group++) {
            float scale = d * i8(data, block + 192 + group);
            long low = block + group / 8 * 64 + group % 4 * 16;
            long high = block + 128 + group / 8 * 32 + group % 2 * 16;
            int lowShift = group / 4 % 2 * 4;
            int highShift = group / 2 % 4 * 2;
            int to = at + 16 * group;
            for (int j = 0; j < 16; j++) {
                int q = u8(data, low + j) >> lowShift & 15 | (u8(data, high + j) >> highShift & 3) << 4;
                out[to + j] = scale * (q - 32);
            }
        }
    }
}

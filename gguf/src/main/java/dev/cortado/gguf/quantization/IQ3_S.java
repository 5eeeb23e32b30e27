package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight groups of 32 with a 4-bit scale each; each group of four weights is one of 512 points with signs:
 * {@code w = d * (1 + 2 * scale) * point * sign}.
 * <pre>
 *    0  f16     d
 *    2  u8[64]  low eight bits of the points
 *   66  u8[8]   ninth bit of the points, of number k in bit k % 8 of byte k / 8
 *   74  u8[32]  signs of eight weights each
 *  106  u8[4]   scales, two to a byte, the even number in the low half
 * </pre>
 */
final class IQ3_S implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 110;
    private static final Codebook CODEBOOK = Codebook.load("iq3_s.txt");

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        for (int group = 0; group < 8; group++) {
            int scales = u8(data, block + 106 + group / 2);
            float scale = d * (1 + 2 * (scales >> group % 2 * 4 & 15));
            int high = u8(data, block + 66 + group);
            for (int k = 0; k < 8; k++) {
                int point = u8(data, block + 2 + 8 * group + k) | (high >> k & 1) << 8;
                int signs = u8(data, block + 74 + 4 * group + k / 2) >> k % 2 * 4;
                CODEBOOK.writeSigned(scale, point, signs, out, at + 32 * group + 4 * k);
            }
        }
    }
}

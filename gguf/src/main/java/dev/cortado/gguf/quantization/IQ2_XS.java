package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Sixteen groups of 16 with a 4-bit scale each; each group of eight weights is one of 512 points with signs:
 * {@code w = d * (0.5 + scale) / 4 * point * sign}.
 * <pre>
 *   0  f16      d
 *   2  u16[32]  per eight weights: the point in the low nine bits, seven signs above
 *  66  u8[8]    scales, two to a byte, the even number in the low half
 * </pre>
 */
final class IQ2_XS implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 74;
    private static final Codebook CODEBOOK = Codebook.load("iq2_xs.txt");

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        for (int group = 0; group < 16; group++) {
            int scales = u8(data, block + 66 + group / 2);
            float scale = d * (0.5f + (scales >> group % 2 * 4 & 15)) * 0.25f;
            for (int k = 2 * group; k < 2 * group + 2; k++) {
                int q = u16(data, block + 2 + 2 * k);
                CODEBOOK.writeSigned(scale, q & 511, Signs.ofSeven(q >> 9), out, at + 8 * k);
            }
        }
    }
}

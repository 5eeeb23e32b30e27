package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i32;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight groups of 32 with a 4-bit scale each; each group of eight weights is one of 256 points with signs:
 * {@code w = d * (0.5 + scale) / 4 * point * sign}.
 * <pre>
 *  0  f16     d
 *  2  per group of 32:
 *     u8[4]   points
 *     u32     four times seven signs, from the low bits; the scale in the upper four bits
 * </pre>
 */
final class IQ2_XXS implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 66;
    private static final Codebook CODEBOOK = Codebook.load("iq2_xxs.txt");

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
            long points = block + 2 + 8 * group;
            int signs = i32(data, points + 4);
            float scale = d * (0.5f + (signs >>> 28)) * 0.25f;
            for (int k = 0; k < 4; k++) {
                int to = at + 32 * group + 8 * k;
                CODEBOOK.writeSigned(scale, u8(data, points + k), Signs.ofSeven(signs >>> 7 * k), out, to);
            }
        }
    }
}

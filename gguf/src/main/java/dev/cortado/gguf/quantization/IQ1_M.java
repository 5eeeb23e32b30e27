package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Sixteen groups of 16 with a 3-bit scale each; each group of eight weights is one of the 2048 ternary points of
 * {@link IQ1_S} with a shift: {@code w = d * (2 * scale + 1) * (point + shift)}.
 * <pre>
 *   0  u8[32]  low eight bits of the points
 *  32  u8[16]  two to a byte, the even number in the low half: the high three bits of a point; the fourth bit is set
 *              when its shift is -1/8, else it is 1/8
 *  48  u16[4]  the scales, of number g in bits 3 * (g % 4) of word g / 4; the upper four bits are a quarter of d, an
 *              f16, from the low bits on
 * </pre>
 */
final class IQ1_M implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 56;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = Float.float16ToFloat((short) scaleBits(data, block + 48));
        for (int group = 0; group < 16; group++) {
            float scale = d * (2 * (u16(data, block + 48 + group / 4 * 2) >> group % 4 * 3 & 7) + 1);
            int high = u8(data, block + 32 + group);
            for (int k = 0; k < 2; k++) {
                int point = u8(data, block + 2 * group + k) | (high >> 4 * k & 7) << 8;
                float shift = (high >> 4 * k & 8) != 0 ? -IQ1_S.SHIFT : IQ1_S.SHIFT;
                IQ1_S.CODEBOOK.writeShifted(scale, point, shift, out, at + 16 * group + 8 * k);
            }
        }
    }

    private static int scaleBits(MemorySegment data, long words) {
        int bits = 0;
        for (int k = 0; k < 4; k++) {
            bits |= u16(data, words + 2 * k) >> 12 << 4 * k;
        }
        return bits;
    }
}

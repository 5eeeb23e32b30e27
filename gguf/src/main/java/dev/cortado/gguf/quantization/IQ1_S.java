package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight groups of 32 with a 3-bit scale and a shift each; each group of eight weights is one of 2048 ternary points:
 * {@code w = d * (2 * scale + 1) * (point + shift)}.
 * <pre>
 *   0  f16     d
 *   2  u8[32]  low eight bits of the points
 *  34  u16[8]  per group: four times the high three bits of a point, from the low bits; the scale in bits 12 to 14;
 *              bit 15 is set when the shift is -1/8, else it is 1/8
 * </pre>
 */
final class IQ1_S implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 50;
    static final float SHIFT = 0.125f;
    static final Codebook CODEBOOK = Codebook.load("iq1_s.txt");

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
            int high = u16(data, block + 34 + 2 * group);
            float scale = d * (2 * (high >> 12 & 7) + 1);
            float shift = (high & 0x8000) != 0 ? -SHIFT : SHIFT;
            for (int k = 0; k < 4; k++) {
                int point = u8(data, block + 2 + 4 * group + k) | (high >> 3 * k & 7) << 8;
                CODEBOOK.writeShifted(scale, point, shift, out, at + 32 * group + 8 * k);
            }
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Four bits per weight that name one of sixteen levels, in eight groups of 32, each with a 6-bit scale:
 * {@code w = d * (scale - 32) * LEVELS[q]}.
 * <pre>
 *  0  f16      d
 *  2  u16      upper two bits of the scales, of number g in bits 2 * g
 *  4  u8[4]    lower four bits of the scales, two to a byte, the even number in the low half
 *  8  u8[128]  q: of weight 32 * g + l in the low, of weight 32 * g + 16 + l in the high half of byte 16 * g + l
 * </pre>
 */
final class IQ4_XS implements Format {
    private static final int BLOCK = 256;
    private static final int BYTES = 136;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        int high = u16(data, block + 2);
        for (int group = 0; group < 8; group++) {
            int low = u8(data, block + 4 + group / 2) >> group % 2 * 4 & 15;
            float scale = d * ((low | (high >> 2 * group & 3) << 4) - 32);
            long bytes = block + 8 + 16 * group;
            int to = at + 32 * group;
            for (int j = 0; j < 16; j++) {
                int q = u8(data, bytes + j);
                out[to + j] = scale * FourBitLevels.LEVELS[q & 15];
                out[to + j + 16] = scale * FourBitLevels.LEVELS[q >> 4];
            }
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
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
final class IQ4_XS implements WritableFormat {
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

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float[] x = block.x();
        float[] scales = fit(block);
        float d = -SymmetricFit.peak(scales, 0, 8) / 32;
        float inverse = d == 0 ? 0 : 1 / d;
        byte[] scaleLevels = new byte[8];
        byte[] q = new byte[BLOCK];
        int high = 0;
        for (int group = 0; group < 8; group++) {
            int scale = Rounding.halfEven(inverse * scales[group], -32, 31);
            float groupScale = d * scale;
            float groupInverse = groupScale == 0 ? 0 : 1 / groupScale;
            for (int i = 32 * group; i < 32 * group + 32; i++) {
                q[i] = FourBitLevels.nearest(groupInverse * x[i]);
            }
            scaleLevels[group] = (byte) (scale + 32);
            high |= scaleLevels[group] >> 4 << 2 * group;
            Nibbles.put(out, offset + 8 + 16 * group, q, 32 * group, 16);
        }
        putScale(out, offset, d);
        put16(out, offset + 2, high);
        for (int pair = 0; pair < 4; pair++) {
            put8(out, offset + 4 + pair, scaleLevels[2 * pair] & 15 | (scaleLevels[2 * pair + 1] & 15) << 4);
        }
    }

    private static float[] fit(Block block) {
        float[] scales = new float[8];
        float[] counts = new float[32];
        for (int group = 0; group < 8; group++) {
            block.weighOrSquare(32 * group, counts);
            scales[group] = FourBitLevels.fit(block.x(), 32 * group, counts);
        }
        return scales;
    }
}

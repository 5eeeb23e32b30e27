package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Four bits per weight in eight groups of 32, each with a 6-bit scale and minimum:
 * {@code w = d * scale * q - dmin * min}.
 * <pre>
 *   0  f16      d
 *   2  f16      dmin
 *   4  u8[12]   {@link ScalesAndMins}
 *  16  u8[128]  q: of weight 64 * g + l in the low, of weight 64 * g + 32 + l in the high half of byte 32 * g + l
 * </pre>
 */
final class Q4_K implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 144;
    private static final AffineGroups.Shape SHAPE =
            new AffineGroups.Shape(8, 15, 63, new AffineFit.Search(-1, 0.1f, 20, false), 2);

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        float dmin = f16(data, block + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * ScalesAndMins.scale(data, block + 4, group);
            float min = dmin * ScalesAndMins.min(data, block + 4, group);
            long q = block + 16 + group / 2 * 32;
            int shift = group % 2 * 4;
            int to = at + 32 * group;
            for (int j = 0; j < 32; j++) {
                out[to + j] = scale * (u8(data, q + j) >> shift & 15) - min;
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        AffineGroups groups = new AffineGroups(SHAPE, block, ScalesAndMins::weigh);
        float d = putScale(out, offset, groups.d());
        float dmin = putScale(out, offset + 2, groups.dmin());
        groups.roundAgain(block.x(), d, dmin);
        ScalesAndMins.put(out, offset + 4, groups.scaleLevels, groups.minLevels);
        for (int part = 0; part < 4; part++) {
            Nibbles.put(out, offset + 16 + 32 * part, groups.levels, 64 * part, 32);
        }
    }
}

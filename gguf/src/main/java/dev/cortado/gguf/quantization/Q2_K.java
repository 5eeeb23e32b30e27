package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Two bits per weight in sixteen groups of 16, each with a 4-bit scale and minimum:
 * {@code w = d * scale * q - dmin * min}.
 * <pre>
 *   0  u8[16]  scale in the low, min in the high half
 *  16  u8[64]  q: weight 128 * h + 32 * s + l in bits 2 * s of byte 32 * h + l
 *  80  f16     d
 *  82  f16     dmin
 * </pre>
 */
final class Q2_K implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 84;
    private static final AffineGroups.Shape SHAPE =
            new AffineGroups.Shape(16, 3, 15, new AffineFit.Search(-0.5f, 0.1f, 15, true), 1);

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block + 80);
        float dmin = f16(data, block + 82);
        for (int group = 0; group < 16; group++) {
            int scales = u8(data, block + group);
            float scale = d * (scales & 15);
            float min = dmin * (scales >> 4);
            long q = block + 16 + group / 8 * 32 + group % 2 * 16;
            int shift = group / 2 % 4 * 2;
            int to = at + 16 * group;
            for (int j = 0; j < 16; j++) {
                out[to + j] = scale * (u8(data, q + j) >> shift & 3) - min;
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        AffineGroups groups = new AffineGroups(SHAPE, block, Q2_K::weigh);
        float d = putScale(out, offset + 80, groups.d());
        float dmin = putScale(out, offset + 82, groups.dmin());
        groups.roundAgain(block.x(), d, dmin);
        for (int group = 0; group < 16; group++) {
            put8(out, offset + group, groups.scaleLevels[group] | groups.minLevels[group] << 4);
        }
        Crumbs.put(out, offset + 16, groups.levels, 0);
    }

    private static void weigh(float[] x, int from, float[] weights) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.abs(x[from + i]);
        }
    }
}

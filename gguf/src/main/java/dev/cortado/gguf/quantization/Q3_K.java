package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Three bits per weight in sixteen groups of 16, each with a 6-bit scale: {@code w = d * (scale - 32) * (q - 4)}.
 * <pre>
 *    0  u8[32]  third bit of q: weight 32 * b + l in bit b of byte l
 *   32  u8[64]  low bits of q: weight 128 * h + 32 * s + l in bits 2 * s of byte 32 * h + l
 *   96  u8[12]  scales: low four bits of number k in the low (k {@literal <} 8) or high half of byte k % 8,
 *               high two in bits 2 * (k / 4) of byte 8 + k % 4
 *  108  f16     d
 * </pre>
 */
final class Q3_K implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 110;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block + 108);
        for (int group = 0; group < 16; group++) {
            float scale = d * (scale(data, block + 96, group) - 32);
            long high = block + group % 2 * 16;
            long low = block + 32 + group / 8 * 32 + group % 2 * 16;
            int highShift = group / 2;
            int lowShift = group / 2 % 4 * 2;
            int to = at + 16 * group;
            for (int j = 0; j < 16; j++) {
                int q = u8(data, low + j) >> lowShift & 3 | (u8(data, high + j) >> highShift & 1) << 2;
                out[to + j] = scale * (q - 4);
            }
        }
    }

    private static int scale(MemorySegment data, long scales, int k) {
        int low = u8(data, scales + k % 8) >> k / 8 * 4 & 15;
        int high = u8(data, scales + 8 + k % 4) >> k / 4 * 2 & 3;
        return low | high << 4;
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float[] x = block.x();
        byte[] levels = new byte[BLOCK];
        byte[] scaleLevels = new byte[16];
        float d =
                block.importance() == null ? fit(x, levels, scaleLevels) : fitByImportance(block, levels, scaleLevels);
        float stored = putScale(out, offset + 108, d);
        for (int group = 0; group < 16; group++) {
            SymmetricGroups.roundAgain(x, 16 * group, stored * (scaleLevels[group] - 32), 4, levels);
        }
        Crumbs.putBit(out, offset, levels, 2);
        Crumbs.put(out, offset + 32, levels, 0);
        putScales(out, offset + 96, scaleLevels);
    }

    private static float fitByImportance(Block block, byte[] levels, byte[] scaleLevels) {
        float variance = 2 * Block.sumOfSquares(block.x()) / BLOCK;
        float[] scales = new float[16];
        float[] counts = new float[16];
        float[] weights = new float[16];
        byte[] q = new byte[16];
        for (int group = 0; group < 16; group++) {
            block.weigh(16 * group, variance, weights);
            for (float weight : weights) {
                counts[group] += weight;
            }
            scales[group] = SymmetricFit.fit(block.x(), 16 * group, 4, weights, q);
            System.arraycopy(q, 0, levels, 16 * group, 16);
        }
        return SymmetricFit.fit(scales, 0, 32, counts, scaleLevels);
    }

    private static float fit(float[] x, byte[] levels, byte[] scaleLevels) {
        float[] scales = new float[16];
        byte[] q = new byte[16];
        for (int group = 0; group < 16; group++) {
            scales[group] = DescendingFit.fit(x, 16 * group, 4, q);
            System.arraycopy(q, 0, levels, 16 * group, 16);
        }
        float peak = SymmetricFit.peak(scales, 0, 16);
        if (peak == 0) {
            return 0;
        }
        float inverse = -32 / peak;
        for (int group = 0; group < 16; group++) {
            scaleLevels[group] = (byte) (Rounding.halfEven(inverse * scales[group], -32, 31) + 32);
        }
        return 1 / inverse;
    }

    private static void putScales(MemorySegment out, long offset, byte[] scales) {
        for (int k = 0; k < 8; k++) {
            put8(out, offset + k, scales[k] & 15 | (scales[k + 8] & 15) << 4);
        }
        for (int k = 0; k < 4; k++) {
            int high = scales[k] >> 4 | scales[k + 4] >> 4 << 2 | scales[k + 8] >> 4 << 4 | scales[k + 12] >> 4 << 6;
            put8(out, offset + 8 + k, high);
        }
    }
}

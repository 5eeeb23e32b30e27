package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i8;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Six bits per weight in sixteen groups of 16, each with an 8-bit scale: {@code w = d * scale * (q - 32)}.
 * <pre>
 *    0  u8[128]  low bits of q: weight 128 * h + 64 * t + 32 * s + l in half t of byte 64 * h + 32 * s + l
 *  128  u8[64]   high bits of q: weight 128 * h + 32 * s + l in bits 2 * s of byte 32 * h + l
 *  192  i8[16]   scales
 *  208  f16      d
 * </pre>
 */
final class Q6_K implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 210;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block + 208);
        for (int group = 0; group < 16; group++) {
            float scale = d * i8(data, block + 192 + group);
            long low = block + group / 8 * 64 + group % 4 * 16;
            long high = block + 128 + group / 8 * 32 + group % 2 * 16;
            int lowShift = group / 4 % 2 * 4;
            int highShift = group / 2 % 4 * 2;
            int to = at + 16 * group;
            for (int j = 0; j < 16; j++) {
                int q = u8(data, low + j) >> lowShift & 15 | (u8(data, high + j) >> highShift & 3) << 4;
                out[to + j] = scale * (q - 32);
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float[] x = block.x();
        byte[] levels = new byte[BLOCK];
        float[] scales = fit(block, levels);
        float peak = SymmetricFit.peak(scales, 0, 16);
        out.asSlice(offset, BYTES).fill((byte) 0);
        if (Math.abs(peak) < SymmetricFit.ZERO) {
            return;
        }
        float inverse = -128 / peak;
        float stored = putScale(out, offset + 208, 1 / inverse);
        for (int group = 0; group < 16; group++) {
            int scale = Math.min(127, Rounding.halfEven(inverse * scales[group]));
            put8(out, offset + 192 + group, scale);
            SymmetricGroups.roundAgain(x, 16 * group, stored * scale, 32, levels);
        }
        for (int half = 0; half < 2; half++) {
            Nibbles.put(out, offset + 64 * half, levels, 128 * half, 64);
        }
        Crumbs.put(out, offset + 128, levels, 4);
    }

    private static float[] fit(Block block, byte[] levels) {
        float[] importance = block.importance();
        float[] scales = new float[16];
        byte[] q = new byte[16];
        for (int group = 0; group < 16; group++) {
            int from = 16 * group;
            float[] counts = importance == null ? null : Arrays.copyOfRange(importance, from, from + 16);
            scales[group] = SymmetricFit.fit(block.x(), from, 32, counts, q);
            System.arraycopy(q, 0, levels, from, 16);
        }
        return scales;
    }
}

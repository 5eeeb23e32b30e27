package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Ternary weights in two bits: {@code w = (q - 1) * d}.
 * <pre>
 *   0  u8[64]  q: weight 128 * h + 32 * s + l in bits 2 * s of byte 32 * h + l
 *  64  f16     d
 * </pre>
 */
final class TQ2_0 implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 66;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block + 64);
        for (int part = 0; part < 8; part++) {
            long q = block + part / 4 * 32;
            int shift = part % 4 * 2;
            int to = at + 32 * part;
            for (int j = 0; j < 32; j++) {
                out[to + j] = ((u8(data, q + j) >> shift & 3) - 1) * d;
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float d = Math.abs(SymmetricFit.peak(block.x(), 0, BLOCK));
        float inverse = d == 0 ? 0 : 1 / d;
        byte[] levels = new byte[BLOCK];
        for (int j = 0; j < BLOCK; j++) {
            levels[j] = (byte) (Rounding.halfAway(block.x()[j] * inverse) + 1);
        }
        Crumbs.put(out, offset, levels, 0);
        putScale(out, offset + 64, d);
    }
}

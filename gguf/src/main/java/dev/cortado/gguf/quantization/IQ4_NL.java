package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Four bits per weight that name one of sixteen levels: {@code w = d * LEVELS[q]}.
 * <pre>
 *  0  f16     d
 *  2  u8[16]  q of weight j in the low, of weight j + 16 in the high half of byte j
 * </pre>
 */
final class IQ4_NL implements WritableFormat {
    private static final int BLOCK = 32;
    private static final int BYTES = 18;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        for (int j = 0; j < BLOCK / 2; j++) {
            int q = u8(data, block + 2 + j);
            out[at + j] = d * FourBitLevels.LEVELS[q & 15];
            out[at + j + BLOCK / 2] = d * FourBitLevels.LEVELS[q >> 4];
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float[] counts = new float[BLOCK];
        block.weighOrSquare(0, counts);
        float d = FourBitLevels.fit(block.x(), 0, counts);
        float inverse = d == 0 ? 0 : 1 / d;
        byte[] q = new byte[BLOCK];
        for (int j = 0; j < BLOCK; j++) {
            q[j] = FourBitLevels.nearest(inverse * block.x()[j]);
        }
        putScale(out, offset, d);
        Nibbles.put(out, offset + 2, q, 0, 16);
    }
}

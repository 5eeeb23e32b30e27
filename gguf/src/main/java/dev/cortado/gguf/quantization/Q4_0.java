package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Four bits per weight: {@code w = (q - 8) * d}.
 * <pre>
 *  0  f16     d
 *  2  u8[16]  q of weight j in the low, of weight j + 16 in the high half of byte j
 * </pre>
 */
final class Q4_0 implements Format {
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
            out[at + j] = ((q & 15) - 8) * d;
            out[at + j + BLOCK / 2] = ((q >> 4) - 8) * d;
        }
    }
}

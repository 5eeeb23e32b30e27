package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i32;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Five bits per weight: {@code w = (q - 16) * d}.
 * <pre>
 *  0  f16     d
 *  2  u32     fifth bit of q: of weight j in bit j
 *  6  u8[16]  low bits of q: of weight j in the low, of weight j + 16 in the high half of byte j
 * </pre>
 */
final class Q5_0 implements Format {
    private static final int BLOCK = 32;
    private static final int BYTES = 22;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        int high = i32(data, block + 2);
        for (int j = 0; j < BLOCK / 2; j++) {
            int low = u8(data, block + 6 + j);
            out[at + j] = ((low & 15 | (high >>> j & 1) << 4) - 16) * d;
            out[at + j + BLOCK / 2] = ((low >> 4 | (high >>> j + 16 & 1) << 4) - 16) * d;
        }
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Ternary weights, five to a byte: {@code w = (q - 1) * d} with q in 0, 1, 2. A byte holds the five digits as the
 * fraction 0.q0q1q2q3q4 in base 3, rounded up to 1/256; times 3^n modulo 256, times 3, divided by 256 gives digit n.
 * <pre>
 *   0  u8[32]  digit n of byte l: weight 32 * n + l
 *  32  u8[16]  digit n of byte l: weight 160 + 16 * n + l
 *  48  u8[4]   four digits a byte, digit n of byte l: weight 240 + 4 * n + l
 *  52  f16     d
 * </pre>
 */
final class TQ1_0 implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 54;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block + 52);
        digits(data, block, 32, 5, d, out, at);
        digits(data, block + 32, 16, 5, d, out, at + 160);
        digits(data, block + 48, 4, 4, d, out, at + 240);
    }

    private static void digits(MemorySegment data, long bytes, int n, int digits, float d, float[] out, int at) {
        int power = 1;
        for (int digit = 0; digit < digits; digit++) {
            for (int l = 0; l < n; l++) {
                int q = (u8(data, bytes + l) * power & 0xff) * 3 >> 8;
                out[at + digit * n + l] = (q - 1) * d;
            }
            power *= 3;
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float d = Math.abs(SymmetricFit.peak(block.x(), 0, BLOCK));
        float inverse = d == 0 ? 0 : 1 / d;
        putDigits(block.x(), 0, inverse, 32, 5, out, offset);
        putDigits(block.x(), 160, inverse, 16, 5, out, offset + 32);
        putDigits(block.x(), 240, inverse, 4, 4, out, offset + 48);
        putScale(out, offset + 52, d);
    }

    private static void putDigits(
            float[] x, int from, float inverse, int n, int digits, MemorySegment out, long offset) {
        for (int l = 0; l < n; l++) {
            int number = 0;
            for (int digit = 0; digit < 5; digit++) {
                int q = digit < digits ? Rounding.halfAway(x[from + digit * n + l] * inverse) + 1 : 0;
                number = 3 * number + q;
            }
            put8(out, offset + l, (number * 256 + 242) / 243);
        }
    }
}

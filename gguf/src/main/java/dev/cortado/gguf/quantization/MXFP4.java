package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * 4-bit floats with a power of two as their scale: {@code w = 2^(e - 128) * E2M1.DOUBLED[q]}.
 * <pre>
 *  0  u8      e
 *  1  u8[16]  q of weight j in the low, of weight j + 16 in the high half of byte j
 * </pre>
 */
final class MXFP4 implements WritableFormat {
    private static final int BLOCK = 32;
    private static final int BYTES = 17;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = scale(u8(data, block));
        for (int j = 0; j < BLOCK / 2; j++) {
            int q = u8(data, block + 1 + j);
            out[at + j] = E2M1.DOUBLED[q & 15] * d;
            out[at + j + BLOCK / 2] = E2M1.DOUBLED[q >> 4] * d;
        }
    }

    /** 2^(e - 128); the two smallest are subnormal. */
    private static float scale(int e) {
        return Float.intBitsToFloat(e < 2 ? 0x200000 << e : e - 1 << 23);
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float peak = Math.abs(SymmetricFit.peak(block.x(), 0, BLOCK));
        int e = peak > 0 ? Math.max(0, log2(peak) - 2 + 127) : 0;
        put8(out, offset, e);
        byte[] q = new byte[BLOCK];
        for (int j = 0; j < BLOCK; j++) {
            q[j] = E2M1.nearest(block.x()[j], scale(e));
        }
        Nibbles.put(out, offset + 1, q, 0, 16);
    }

    /** Logarithm to base 2, rounded to a float before it is rounded down, as ggml does. */
    private static int log2(float x) {
        return (int) Math.floor((float) (Math.log(x) / Math.log(2)));
    }
}

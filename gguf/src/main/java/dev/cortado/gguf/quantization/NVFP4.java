package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * 4-bit floats in four groups of 16, each with an 8-bit float as its scale: {@code w = scale * E2M1.DOUBLED[q]}.
 * <pre>
 *  0  u8[4]   scales: bits 3 to 6 are an exponent with bias 7, bits 0 to 2 the mantissa; 0x7f means 0
 *  4  u8[32]  q: of weight 16 * g + l in the low, of weight 16 * g + 8 + l in the high half of byte 8 * g + l
 * </pre>
 */
final class NVFP4 implements WritableFormat {
    private static final int BLOCK = 64;
    private static final int BYTES = 36;

    private static final float[] HALF_SCALES = halfScales();

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        for (int group = 0; group < 4; group++) {
            float d = HALF_SCALES[u8(data, block + group)];
            long bytes = block + 4 + 8 * group;
            int to = at + 16 * group;
            for (int j = 0; j < 8; j++) {
                int q = u8(data, bytes + j);
                out[to + j] = E2M1.DOUBLED[q & 15] * d;
                out[to + j + 8] = E2M1.DOUBLED[q >> 4] * d;
            }
        }
    }

    private static float[] halfScales() {
        float[] scales = new float[256];
        for (int bits = 0; bits < 256; bits++) {
            int exponent = bits >> 3 & 15;
            int mantissa = bits & 7;
            float scale = exponent == 0 ? Math.scalb(mantissa, -9) : Math.scalb(1 + mantissa / 8f, exponent - 7);
            scales[bits] = bits == 0x7f ? 0 : scale / 2;
        }
        return scales;
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        byte[] q = new byte[16];
        for (int group = 0; group < 4; group++) {
            float peak = Math.abs(SymmetricFit.peak(block.x(), 16 * group, 16));
            int scale = scaleBits(peak / 6);
            put8(out, offset + group, scale);
            for (int j = 0; j < 16; j++) {
                q[j] = E2M1.nearest(block.x()[16 * group + j], HALF_SCALES[scale]);
            }
            Nibbles.put(out, offset + 4 + 8 * group, q, 0, 8);
        }
    }

    /** The 8-bit float nearest to {@code x}, which is 0 or more; a half is rounded up, and 448 is the largest. */
    private static int scaleBits(float x) {
        float bounded = Math.min(x, 448);
        int exponent = Math.getExponent(bounded) + 7;
        if (exponent <= 0) {
            return Math.min(7, (int) (bounded * 512 + 0.5f));
        }
        int mantissa = (Float.floatToRawIntBits(bounded) >> 19 & 15) + 1 >> 1;
        return Math.min(0x7e, (exponent << 3) + mantissa);
    }
}

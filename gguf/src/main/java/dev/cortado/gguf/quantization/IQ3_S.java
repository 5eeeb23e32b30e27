package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight groups of 32 with a 4-bit scale each; each group of four weights is one of 512 points with signs:
 * {@code w = d * (1 + 2 * scale) * point * sign}.
 * <pre>
 *    0  f16     d
 *    2  u8[64]  low eight bits of the points
 *   66  u8[8]   ninth bit of the points, of number k in bit k % 8 of byte k / 8
 *   74  u8[32]  signs of eight weights each
 *  106  u8[4]   scales, two to a byte, the even number in the low half
 * </pre>
 */
final class IQ3_S implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 110;
    private static final Codebook CODEBOOK = Codebook.load("iq3_s.txt");
    private static final CodebookFit.Shape SHAPE = new CodebookFit.Shape(
            32, false, CodebookFit.Start.LARGEST, 9, 0.2f, Float.MIN_VALUE, CodebookFit.Refine.ALL_IF_OFF_GRID);
    /** What ggml found to lower the error. */
    private static final float CORRECTION = 1.033f;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        for (int group = 0; group < 8; group++) {
            int scales = u8(data, block + 106 + group / 2);
            float scale = d * (1 + 2 * (scales >> group % 2 * 4 & 15));
            int high = u8(data, block + 66 + group);
            for (int k = 0; k < 8; k++) {
                int point = u8(data, block + 2 + 8 * group + k) | (high >> k & 1) << 8;
                int signs = u8(data, block + 74 + 4 * group + k / 2) >> k % 2 * 4;
                CODEBOOK.writeSigned(scale, point, signs, out, at + 32 * group + 4 * k);
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        CodebookFit fit = new CodebookFit(Search.INDEX, SHAPE);
        float[] weights = new float[32];
        float[] scales = new float[8];
        for (int group = 0; group < 8; group++) {
            block.weighOrSquare(32 * group, weights);
            scales[group] = fit.fit(block.x(), 32 * group, weights);
            int high = 0;
            for (int k = 0; k < 8; k++) {
                put8(out, offset + 2 + 8 * group + k, fit.points[k]);
                high |= fit.points[k] >> 8 << k;
            }
            put8(out, offset + 66 + group, high);
            for (int k = 0; k < 4; k++) {
                put8(out, offset + 74 + 4 * group + k, fit.signs[k]);
            }
        }
        float d = SymmetricFit.peak(scales, 0, 8) / 31;
        putScale(out, offset, d * CORRECTION);
        CodebookFit.putScaleLevels(out, offset + 106, scales, d);
    }

    /** Needed for writing only, and takes a while to build. */
    private static final class Search {
        static final CodebookIndex INDEX = new CodebookIndex(CODEBOOK, 3);
    }
}

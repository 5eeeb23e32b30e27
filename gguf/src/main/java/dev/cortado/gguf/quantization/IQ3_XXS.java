package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.i32;
import static dev.cortado.gguf.quantization.LittleEndian.put32;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight groups of 32 with a 4-bit scale each; each group of four weights is one of 256 points with signs:
 * {@code w = d * (0.5 + scale) / 2 * point * sign}.
 * <pre>
 *   0  f16     d
 *   2  u8[64]  points
 *  66  u32[8]  four times seven signs (of eight weights), from the low bits; the scale in the upper four bits
 * </pre>
 */
final class IQ3_XXS implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 98;
    private static final Codebook CODEBOOK = Codebook.load("iq3_xxs.txt");
    private static final CodebookFit.Shape SHAPE =
            new CodebookFit.Shape(32, true, CodebookFit.Start.LARGEST, 15, 0.2f, 1e-8f, CodebookFit.Refine.OFF_GRID);
    /** What ggml found to lower the error. */
    private static final float CORRECTION = 1.0125f;

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
            int signs = i32(data, block + 66 + 4 * group);
            float scale = d * (0.5f + (signs >>> 28)) * 0.5f;
            for (int k = 0; k < 4; k++) {
                long points = block + 2 + 8 * group + 2 * k;
                int ofEight = Signs.ofSeven(signs >>> 7 * k);
                int to = at + 32 * group + 8 * k;
                CODEBOOK.writeSigned(scale, u8(data, points), ofEight, out, to);
                CODEBOOK.writeSigned(scale, u8(data, points + 1), ofEight >> 4, out, to + 4);
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        CodebookFit fit = new CodebookFit(Search.INDEX, SHAPE);
        float[] weights = new float[32];
        float[] scales = new float[8];
        int[] signs = new int[8];
        for (int group = 0; group < 8; group++) {
            block.weighOrSquare(32 * group, weights);
            scales[group] = fit.fit(block.x(), 32 * group, weights);
            for (int k = 0; k < 8; k++) {
                put8(out, offset + 2 + 8 * group + k, fit.points[k]);
            }
            for (int k = 0; k < 4; k++) {
                signs[group] |= fit.signs[k] << 7 * k;
            }
        }
        float d = SymmetricFit.peak(scales, 0, 8) / 31;
        putScale(out, offset, d * CORRECTION);
        for (int group = 0; group < 8; group++) {
            int scale = d == 0 ? 0 : CodebookFit.scaleLevel(scales[group], 1 / d);
            put32(out, offset + 66 + 4 * group, signs[group] | scale << 28);
        }
    }

    /** Needed for writing only, and takes a while to build. */
    private static final class Search {
        static final CodebookIndex INDEX = new CodebookIndex(CODEBOOK, 2);
    }
}

package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Sixteen groups of 16 with a 4-bit scale each; each group of eight weights is one of 1024 points with signs:
 * {@code w = d * (0.5 + scale) / 4 * point * sign}.
 * <pre>
 *   0  f16     d
 *   2  u8[32]  low eight bits of the points
 *  34  u8[32]  signs
 *  66  u8[8]   high bits of the points, of number k in bits 2 * (k % 4) of byte k / 4
 *  74  u8[8]   scales, two to a byte, the even number in the low half
 * </pre>
 */
final class IQ2_S implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 82;
    private static final Codebook CODEBOOK = Codebook.load("iq2_s.txt");
    private static final CodebookFit.Shape SHAPE =
            new CodebookFit.Shape(16, false, CodebookFit.Start.LARGEST, 9, 0.1f, 1e-8f, CodebookFit.Refine.OFF_GRID);
    /** What ggml found to lower the error: the decoded levels are not quite multiples of 1, 3 and 5. */
    private static final float CORRECTION = 0.9875f;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = f16(data, block);
        for (int group = 0; group < 16; group++) {
            int scales = u8(data, block + 74 + group / 2);
            float scale = d * (0.5f + (scales >> group % 2 * 4 & 15)) * 0.25f;
            for (int k = 2 * group; k < 2 * group + 2; k++) {
                int point = u8(data, block + 2 + k) | (u8(data, block + 66 + k / 4) >> k % 4 * 2 & 3) << 8;
                CODEBOOK.writeSigned(scale, point, u8(data, block + 34 + k), out, at + 8 * k);
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        CodebookFit fit = new CodebookFit(Search.INDEX, SHAPE);
        float variance = 2 * block.meanSquare();
        float[] weights = new float[16];
        float[] scales = new float[16];
        out.asSlice(offset, BYTES).fill((byte) 0);
        for (int group = 0; group < 16; group++) {
            weigh(block, 16 * group, variance, weights);
            scales[group] = fit.fit(block.x(), 16 * group, weights);
            for (int k = 0; k < 2; k++) {
                int eight = 2 * group + k;
                put8(out, offset + 2 + eight, fit.points[k]);
                put8(out, offset + 34 + eight, fit.signs[k]);
                long high = offset + 66 + eight / 4;
                put8(out, high, u8(out, high) | fit.points[k] >> 8 << eight % 4 * 2);
            }
        }
        float d = SymmetricFit.peak(scales, 0, 16) / 31;
        putScale(out, offset, d * CORRECTION);
        CodebookFit.putScaleLevels(out, offset + 74, scales, d);
    }

    private static void weigh(Block block, int from, float variance, float[] weights) {
        if (block.importance() != null) {
            block.weigh(from, variance, weights);
            return;
        }
        block.square(from, weights);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 0.25f * variance + weights[i];
        }
    }

    /** Needed for writing only, and takes a while to build. */
    private static final class Search {
        static final CodebookIndex INDEX = new CodebookIndex(CODEBOOK, 1);
    }
}

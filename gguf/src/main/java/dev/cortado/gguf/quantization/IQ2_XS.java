package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put16;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Sixteen groups of 16 with a 4-bit scale each; each group of eight weights is one of 512 points with signs:
 * {@code w = d * (0.5 + scale) / 4 * point * sign}.
 * <pre>
 *   0  f16      d
 *   2  u16[32]  per eight weights: the point in the low nine bits, seven signs above
 *  66  u8[8]    scales, two to a byte, the even number in the low half
 * </pre>
 */
final class IQ2_XS implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 74;
    private static final Codebook CODEBOOK = Codebook.load("iq2_xs.txt");
    private static final CodebookFit.Shape SHAPE = new CodebookFit.Shape(
            16, true, CodebookFit.Start.LARGEST, 9, 0.1f, SymmetricFit.ZERO, CodebookFit.Refine.OFF_GRID);

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
            int scales = u8(data, block + 66 + group / 2);
            float scale = d * (0.5f + (scales >> group % 2 * 4 & 15)) * 0.25f;
            for (int k = 2 * group; k < 2 * group + 2; k++) {
                int q = u16(data, block + 2 + 2 * k);
                CODEBOOK.writeSigned(scale, q & 511, Signs.ofSeven(q >> 9), out, at + 8 * k);
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        CodebookFit fit = new CodebookFit(Search.INDEX, SHAPE);
        float variance = block.meanSquare();
        float[] weights = new float[16];
        float[] scales = new float[16];
        for (int group = 0; group < 16; group++) {
            block.weigh(16 * group, variance, weights);
            scales[group] = fit.fit(block.x(), 16 * group, weights);
            put16(out, offset + 2 + 4 * group, fit.points[0] | fit.signs[0] << 9);
            put16(out, offset + 4 + 4 * group, fit.points[1] | fit.signs[1] << 9);
        }
        float d = SymmetricFit.peak(scales, 0, 16) / 31;
        putScale(out, offset, d);
        CodebookFit.putScaleLevels(out, offset + 66, scales, d);
    }

    /** Needed for writing only, and takes a while to build. */
    private static final class Search {
        static final CodebookIndex INDEX = new CodebookIndex(CODEBOOK, 2);
    }
}

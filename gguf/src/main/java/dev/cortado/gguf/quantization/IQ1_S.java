package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.f16;
import static dev.cortado.gguf.quantization.LittleEndian.put16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.putScale;
import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight groups of 32 with a 3-bit scale and a shift each; each group of eight weights is one of 2048 ternary points:
 * {@code w = d * (2 * scale + 1) * (point + shift)}.
 * <pre>
 *   0  f16     d
 *   2  u8[32]  low eight bits of the points
 *  34  u16[8]  per group: four times the high three bits of a point, from the low bits; the scale in bits 12 to 14;
 *              bit 15 is set when the shift is -1/8, else it is 1/8
 * </pre>
 */
final class IQ1_S implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 50;
    static final float SHIFT = 0.125f;
    static final Codebook CODEBOOK = Codebook.load("iq1_s.txt");
    /** What digits 0, 1 and 2 stand for with a positive, and with a negative shift. */
    static final float[] UP = {-1 + SHIFT, SHIFT, 1 + SHIFT};

    static final float[] DOWN = {-1 - SHIFT, -SHIFT, 1 - SHIFT};
    private static final float ZERO = 1e-12f;
    /** What ggml found to lower the error. */
    private static final float CORRECTION = 1.125f;

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
            int high = u16(data, block + 34 + 2 * group);
            float scale = d * (2 * (high >> 12 & 7) + 1);
            float shift = (high & 0x8000) != 0 ? -SHIFT : SHIFT;
            for (int k = 0; k < 4; k++) {
                int point = u8(data, block + 2 + 4 * group + k) | (high >> 3 * k & 7) << 8;
                CODEBOOK.writeShifted(scale, point, shift, out, at + 32 * group + 8 * k);
            }
        }
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        float variance = 2 * block.meanSquare();
        float[] weights = new float[32];
        float[] scales = new float[8];
        int[] high = new int[8];
        for (int group = 0; group < 8; group++) {
            block.weigh(32 * group, variance, weights);
            Fit fit = fit(block.x(), 32 * group, weights);
            scales[group] = fit.scale;
            for (int k = 0; k < 4; k++) {
                put8(out, offset + 2 + 4 * group + k, fit.points[k]);
                high[group] |= fit.points[k] >> 8 << 3 * k;
            }
            high[group] |= fit.up ? 0 : 0x8000;
        }
        float d = SymmetricFit.peak(scales, 0, 8) / 15;
        putScale(out, offset, d * CORRECTION);
        for (int group = 0; group < 8; group++) {
            int scale = d == 0 ? 0 : Rounding.halfEven(0.5f * (1 / d * scales[group] - 1), 0, 7);
            put16(out, offset + 34 + 2 * group, high[group] | scale << 12);
        }
    }

    /** How 32 weights are stored: four points, the scale before rounding, the direction of the shift. */
    private record Fit(float scale, boolean up, int[] points) {
        static final Fit NOTHING = new Fit(0, true, new int[4]);
    }

    private static Fit fit(float[] x, int from, float[] weights) {
        if (Math.abs(SymmetricFit.peak(x, from, 32)) < ZERO) {
            return Fit.NOTHING;
        }
        int[] order = TernarySplit.order(x, from, 32);
        TernarySplit split = TernarySplit.best(32, 2, new PrefixSums(x, from, weights, order));
        if (split == null) {
            return Fit.NOTHING;
        }
        boolean up = split.shifts() == 0 != split.mirrored();
        return onGrid(x, from, weights, split.digits(order), Math.abs(split.scale()), up);
    }

    private static Fit onGrid(float[] x, int from, float[] weights, byte[] digits, float scale, boolean up) {
        float[] value = up ? UP : DOWN;
        int[] points = new int[4];
        boolean all = true;
        for (int k = 0; k < 4; k++) {
            int key = Search.INDEX.key(digits, 8 * k);
            int point = Search.INDEX.point(key);
            all &= point >= 0;
            points[k] = point >= 0 ? point : Search.INDEX.nearest(key, x, from + 8 * k, weights, 8 * k, scale, value);
        }
        if (all) {
            return new Fit(scale, up, points);
        }
        float products = 0;
        float squares = 0;
        for (int i = 0; i < 32; i++) {
            float q = value[CODEBOOK.digits()[8 * points[i / 8] + i % 8]];
            products += weights[i] * q * x[from + i];
            squares += weights[i] * q * q;
        }
        return new Fit(products > 0 && squares > 0 ? products / squares : scale, up, points);
    }

    /** Over the sorted weights. Shift 0 is up, 1 is down. */
    private static final class PrefixSums implements TernarySplit.Sums {
        private final float[] sumX = new float[33];
        private final float[] sumW = new float[33];

        PrefixSums(float[] x, int from, float[] weights, int[] order) {
            for (int j = 0; j < 32; j++) {
                sumX[j + 1] = sumX[j] + weights[order[j]] * x[from + order[j]];
                sumW[j + 1] = sumW[j] + weights[order[j]];
            }
        }

        @Override
        public float products(int first, int second, int shifts) {
            float[] value = shifts == 0 ? UP : DOWN;
            return sumX[first] * value[0]
                    + (sumX[second] - sumX[first]) * value[1]
                    + (sumX[32] - sumX[second]) * value[2];
        }

        @Override
        public float squares(int first, int second, int shifts) {
            float[] value = shifts == 0 ? UP : DOWN;
            return sumW[first] * value[0] * value[0]
                    + (sumW[second] - sumW[first]) * value[1] * value[1]
                    + (sumW[32] - sumW[second]) * value[2] * value[2];
        }
    }

    /** Needed for writing only, and takes a while to build. */
    static final class Search {
        static final CodebookIndex INDEX = new CodebookIndex(CODEBOOK, 3);
    }
}

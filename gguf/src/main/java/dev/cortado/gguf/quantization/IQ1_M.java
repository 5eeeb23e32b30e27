package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put16;
import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.u16;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Sixteen groups of 16 with a 3-bit scale each; each group of eight weights is one of the 2048 ternary points of
 * {@link IQ1_S} with a shift: {@code w = d * (2 * scale + 1) * (point + shift)}.
 * <pre>
 *   0  u8[32]  low eight bits of the points
 *  32  u8[16]  two to a byte, the even number in the low half: the high three bits of a point; the fourth bit is set
 *              when its shift is -1/8, else it is 1/8
 *  48  u16[4]  the scales, of number g in bits 3 * (g % 4) of word g / 4; the upper four bits are a quarter of d, an
 *              f16, from the low bits on
 * </pre>
 */
final class IQ1_M implements WritableFormat {
    private static final int BLOCK = 256;
    private static final int BYTES = 56;
    private static final float ZERO = 1e-7f;
    /** What ggml found to lower the error. */
    private static final float CORRECTION = 1.1125f;

    @Override
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        long block = offset;
        for (int i = at; i < at + count; i += BLOCK, block += BYTES) {
            block(data, block, out, i);
        }
    }

    private static void block(MemorySegment data, long block, float[] out, int at) {
        float d = Float.float16ToFloat((short) scaleBits(data, block + 48));
        for (int group = 0; group < 16; group++) {
            float scale = d * (2 * (u16(data, block + 48 + group / 4 * 2) >> group % 4 * 3 & 7) + 1);
            int high = u8(data, block + 32 + group);
            for (int k = 0; k < 2; k++) {
                int point = u8(data, block + 2 * group + k) | (high >> 4 * k & 7) << 8;
                float shift = (high >> 4 * k & 8) != 0 ? -IQ1_S.SHIFT : IQ1_S.SHIFT;
                IQ1_S.CODEBOOK.writeShifted(scale, point, shift, out, at + 16 * group + 8 * k);
            }
        }
    }

    private static int scaleBits(MemorySegment data, long words) {
        int bits = 0;
        for (int k = 0; k < 4; k++) {
            bits |= u16(data, words + 2 * k) >> 12 << 4 * k;
        }
        return bits;
    }

    @Override
    public void quantize(Block block, MemorySegment out, long offset) {
        out.asSlice(offset, BYTES).fill((byte) 0);
        float[] weights = new float[16];
        Fit[] fits = new Fit[16];
        float largest = 0;
        for (int group = 0; group < 16; group++) {
            block.weighOrSquare(16 * group, weights);
            Fit fit = fit(block.x(), 16 * group, weights);
            fits[group] = fit;
            largest = Math.max(largest, fit.scale);
            put8(out, offset + 2 * group, fit.points[0]);
            put8(out, offset + 2 * group + 1, fit.points[1]);
            put8(out, offset + 32 + group, fit.points[0] >> 8 | fit.points[1] >> 8 << 4);
        }
        if (largest > 0) {
            putScales(block, fits, largest / 15, out, offset);
        }
    }

    /** Rounds the scales and solves for the common one once more. */
    private static void putScales(Block block, Fit[] fits, float first, MemorySegment out, long offset) {
        float[] weights = new float[16];
        int[] words = new int[4];
        float products = 0;
        float squares = 0;
        for (int group = 0; group < 16; group++) {
            Fit fit = fits[group];
            int scale = Rounding.halfEven(0.5f * (1 / first * fit.scale - 1), 0, 7);
            words[group / 4] |= scale << group % 4 * 3;
            long high = offset + 32 + group;
            put8(out, high, u8(out, high) | (fit.up0 ? 0 : 0x08) | (fit.up1 ? 0 : 0x80));
            block.weighOrSquare(16 * group, weights);
            for (int i = 0; i < 16; i++) {
                float q = fit.value(i) * (2 * scale + 1);
                products += weights[i] * q * block.x()[16 * group + i];
                squares += weights[i] * q * q;
            }
        }
        float d = squares > 0 ? products / squares : first;
        int bits = LittleEndian.scale(d * CORRECTION);
        for (int k = 0; k < 4; k++) {
            put16(out, offset + 48 + 2 * k, words[k] | (bits >> 4 * k & 15) << 12);
        }
    }

    /** How 16 weights are stored: two points with the directions of their shifts, the scale before rounding. */
    private record Fit(float scale, boolean up0, boolean up1, int[] points) {
        static final Fit NOTHING = new Fit(0, true, true, new int[2]);

        /** What the digit of weight i stands for. */
        float value(int i) {
            return values(i / 8)[IQ1_S.CODEBOOK.digits()[8 * points[i / 8] + i % 8]];
        }

        float[] values(int half) {
            return (half == 0 ? up0 : up1) ? IQ1_S.UP : IQ1_S.DOWN;
        }
    }

    private static Fit fit(float[] x, int from, float[] weights) {
        if (Math.abs(SymmetricFit.peak(x, from, 16)) < ZERO) {
            return Fit.NOTHING;
        }
        int[] order = TernarySplit.order(x, from, 16);
        TernarySplit split = TernarySplit.best(16, 4, new PrefixSums(x, from, weights, order));
        if (split == null) {
            return Fit.NOTHING;
        }
        boolean up0 = isUp(split.shifts(), 0) != split.mirrored();
        boolean up1 = isUp(split.shifts(), 1) != split.mirrored();
        return onGrid(x, from, weights, split.digits(order), new Fit(Math.abs(split.scale()), up0, up1, new int[2]));
    }

    /** Of the four choices: both up, the second down, the first down, both down. */
    private static boolean isUp(int shifts, int half) {
        return (shifts >> 1 - half & 1) == 0;
    }

    private static Fit onGrid(float[] x, int from, float[] weights, byte[] digits, Fit fit) {
        CodebookIndex index = IQ1_S.Search.INDEX;
        boolean all = true;
        for (int k = 0; k < 2; k++) {
            int key = index.key(digits, 8 * k);
            int point = index.point(key);
            all &= point >= 0;
            fit.points[k] =
                    point >= 0 ? point : index.nearest(key, x, from + 8 * k, weights, 8 * k, fit.scale, fit.values(k));
        }
        if (all) {
            return fit;
        }
        float products = 0;
        float squares = 0;
        for (int i = 0; i < 16; i++) {
            float q = fit.value(i);
            products += weights[i] * q * x[from + i];
            squares += weights[i] * q * q;
        }
        float scale = products > 0 && squares > 0 ? products / squares : fit.scale;
        return new Fit(scale, fit.up0, fit.up1, fit.points);
    }

    /** Over the sorted weights, apart for those of the first and of the second eight. */
    private static final class PrefixSums implements TernarySplit.Sums {
        private final float[][] sumX = new float[2][17];
        private final float[][] sumW = new float[2][17];

        PrefixSums(float[] x, int from, float[] weights, int[] order) {
            for (int j = 0; j < 16; j++) {
                int i = order[j];
                int half = i / 8;
                sumX[half][j + 1] = sumX[half][j] + weights[i] * x[from + i];
                sumW[half][j + 1] = sumW[half][j] + weights[i];
                sumX[1 - half][j + 1] = sumX[1 - half][j];
                sumW[1 - half][j + 1] = sumW[1 - half][j];
            }
        }

        @Override
        public float products(int first, int second, int shifts) {
            return products(0, first, second, isUp(shifts, 0)) + products(1, first, second, isUp(shifts, 1));
        }

        @Override
        public float squares(int first, int second, int shifts) {
            return squares(0, first, second, isUp(shifts, 0)) + squares(1, first, second, isUp(shifts, 1));
        }

        /** What digits stand for is 1 apart, so that each border takes off what lies below it. */
        private float products(int half, int first, int second, boolean up) {
            float top = up ? IQ1_S.UP[2] : IQ1_S.DOWN[2];
            return sumX[half][16] * top - (sumX[half][first] + sumX[half][second]);
        }

        private float squares(int half, int first, int second, boolean up) {
            float[] value = up ? IQ1_S.UP : IQ1_S.DOWN;
            float below = value[0] * value[0] - value[1] * value[1];
            float between = value[1] * value[1] - value[2] * value[2];
            return sumW[half][16] * value[2] * value[2] + sumW[half][first] * below + sumW[half][second] * between;
        }
    }
}

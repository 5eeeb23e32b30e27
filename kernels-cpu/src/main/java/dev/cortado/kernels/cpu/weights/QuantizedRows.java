package dev.cortado.kernels.cpu.weights;

import java.util.Arrays;

/**
 * Input rows as 8-bit integers with a scale per block of 32 or 256, in the order that the kernels over interleaved
 * weights read: value x is about {@code scale * q}, |q| at most 127. Each array holds token after token:
 *
 * <ul>
 *   <li>{@link #pairs()}: two 16-bit values an int: int 2i holds values 4i (low half) and 4i + 2, int 2i + 1 holds 4i +
 * 1
 *       and 4i + 3
 *   <li>{@link #scales()}: a float per block
 *   <li>{@link #sums32()}, {@link #sums16()}: an int per 32 or 16 values, their sum
 *   <li>{@link #starts32()}: an int per 32 values with two 16-bit halves: -16 times the sum of the values in the low
 * and
 *       in the high halves of their pairs; what an accumulator starts with where 16 is to be subtracted from each
 * weight
 *   <li>{@link #starts16()}: the same per 16 values with -32
 * </ul>
 */
public final class QuantizedRows {
    private static final int TOKENS = 8;

    private final int block;
    private int columns;
    private int capacity;
    private int[] values = {};
    private int[] pairs = {};
    private float[] scales = {};
    private int[] sums16 = {};
    private int[] sums32 = {};
    private int[] starts16 = {};
    private int[] starts32 = {};

    /** @param block values per scale: 32 or 256 */
    public QuantizedRows(int block) {
        this.block = block;
    }

    /** Tokens that fit. */
    public static int tokens() {
        return TOKENS;
    }

    /** Sets the length of a row, a multiple of the block; what was there before is gone. */
    public void columns(int columns) {
        if (columns % block != 0) {
            throw new IllegalArgumentException("rows of %d values, but blocks have %d".formatted(columns, block));
        }
        this.columns = columns;
        if (columns > capacity) {
            capacity = columns;
            values = new int[columns];
            pairs = new int[TOKENS * columns / 2];
            scales = new float[TOKENS * columns / block];
            sums16 = new int[TOKENS * columns / 16];
            sums32 = new int[TOKENS * columns / 32];
            starts16 = new int[TOKENS * columns / 16];
            starts32 = new int[TOKENS * columns / 32];
        }
    }

    public int columns() {
        return columns;
    }

    public int[] pairs() {
        return pairs;
    }

    public float[] scales() {
        return scales;
    }

    public int[] sums16() {
        return sums16;
    }

    public int[] sums32() {
        return sums32;
    }

    public int[] starts16() {
        return starts16;
    }

    public int[] starts32() {
        return starts32;
    }

    /** Quantises one row. */
    public void set(int token, float[] x, int at) {
        for (int b = 0; b < columns; b += block) {
            scales[(token * columns + b) / block] = quantize(x, at + b, block, values, b);
        }
        for (int k = 0; k < columns; k += 32) {
            int run = (token * columns + k) / 16;
            pack(values, k, run);
            pack(values, k + 16, run + 1);
            sums32[run / 2] = sums16[run] + sums16[run + 1];
            starts32[run / 2] = halfOfSum(starts16[run], starts16[run + 1]);
        }
    }

    /** Pairs, sum and start of 16 values. */
    private void pack(int[] q, int from, int run) {
        int low = 0;
        int high = 0;
        int to = 8 * run;
        for (int i = from; i < from + 16; i += 4, to += 2) {
            int a = q[i];
            int b = q[i + 1];
            int c = q[i + 2];
            int d = q[i + 3];
            pairs[to] = a & 0xFFFF | c << 16;
            pairs[to + 1] = b & 0xFFFF | d << 16;
            low += a + b;
            high += c + d;
        }
        sums16[run] = low + high;
        starts16[run] = -32 * low & 0xFFFF | -32 * high << 16;
    }

    /** Both 16-bit halves of (a + b) / 2. */
    private static int halfOfSum(int a, int b) {
        int low = (short) a + (short) b >> 1;
        int high = (a >> 16) + (b >> 16) >> 1;
        return low & 0xFFFF | high << 16;
    }

    /** Rounds to nearest, ties to even, after scaling the largest magnitude to 127; the scale that undoes it. */
    private static float quantize(float[] x, int from, int count, int[] q, int to) {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(x[from + i]));
        }
        // below that, the inverse is no float; such inputs are zero beside any other
        if (largest < 0x1p-119f) {
            Arrays.fill(q, to, to + count, 0);
            return 0;
        }
        float inverse = 127 / largest;
        for (int i = 0; i < count; i++) {
            // adding 1.5 * 2^23 leaves the rounded number in the lowest bits
            q[to + i] = Float.floatToRawIntBits(x[from + i] * inverse + 0x1.8p23f) - 0x4B400000;
        }
        return largest / 127;
    }
}

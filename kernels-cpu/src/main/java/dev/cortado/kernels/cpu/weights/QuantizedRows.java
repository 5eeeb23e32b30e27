package dev.cortado.kernels.cpu.weights;

/**
 * Input rows as 8-bit integers with a scale per block of 32 or 256, in the order that the kernels over interleaved
 * weights read: value x is about {@code scale * q}, |q| at most 127. Each array holds token after token:
 *
 * <ul>
 *   <li>{@link #pairs()}: two 16-bit values an int: int 2i holds values 4i (low half) and 4i + 2, int 2i + 1 holds
 *       4i + 1 and 4i + 3
 *   <li>{@link #scales()}: a float per block
 *   <li>{@link #sums32()}, {@link #sums16()}: an int per 32 or 16 values, their sum
 *   <li>{@link #starts32()}: an int per 32 values with two 16-bit halves: -16 times the sum of the values in the low and
 *       in the high halves of their pairs; what an accumulator starts with where 16 is to be subtracted from each weight
 *   <li>{@link #starts16()}: the same per 16 values with -32
 * </ul>
 */
public final class QuantizedRows {
    /** Tokens that the kernels for few rows are given at most. */
    private static final int FEW = 8;

    /** Added to a small float, this leaves it rounded to nearest, ties to even, in the lower 16 of the sum's bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private final int block;
    private int columns;
    private int capacity;
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

    /** Tokens that the kernels for few rows are given at most. */
    public static int few() {
        return FEW;
    }

    /** Makes room for rows, whose length is a multiple of the block; what was there before is gone. */
    public void resize(int tokens, int columns) {
        requireBlocks(columns, block);
        this.columns = columns;
        int values = tokens * columns;
        if (values > capacity) {
            capacity = values;
            pairs = new int[values / 2];
            scales = new float[values / block];
            sums16 = new int[values / 16];
            sums32 = new int[values / 32];
            starts16 = new int[values / 16];
            starts32 = new int[values / 32];
        }
    }

    public int columns() {
        return columns;
    }

    /** Blocks of a row. */
    public int blocks() {
        return columns / block;
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

    /**
     * Sets all that this holds of one token, whose row begins at {@code x[at]}. A value is scaled so that the largest
     * magnitude of its block becomes 127, and rounded to nearest, ties to even.
     */
    void set(int token, float[] x, int at) {
        for (int b = 0, s = token * columns / block; b < columns; b += block, s++) {
            float largest = largest(x, at + b, block);
            scales[s] = scale(largest);
            pack(x, at + b, block, inverse(largest), pairs, (token * columns + b) / 2, 1);
        }
        sum(token);
    }

    static void requireBlocks(int columns, int block) {
        if (columns % block != 0) {
            throw new IllegalArgumentException("rows of %d values, but blocks have %d".formatted(columns, block));
        }
    }

    /** The scale of a block; below 2^-119 its inverse is no float, and such inputs are zero beside any other. */
    static float scale(float largest) {
        return largest < 0x1p-119f ? 0 : largest / 127;
    }

    /** What a block's values are multiplied with before they are rounded. */
    static float inverse(float largest) {
        return largest < 0x1p-119f ? 0 : 127 / largest;
    }

    /** The largest magnitude of a block: without their signs, floats are ordered as their bits are. */
    static float largest(float[] x, int from, int count) {
        int a = 0;
        int b = 0;
        int c = 0;
        int d = 0;
        for (int i = from; i < from + count; i += 4) {
            a = Math.max(a, Float.floatToRawIntBits(x[i]) & Integer.MAX_VALUE);
            b = Math.max(b, Float.floatToRawIntBits(x[i + 1]) & Integer.MAX_VALUE);
            c = Math.max(c, Float.floatToRawIntBits(x[i + 2]) & Integer.MAX_VALUE);
            d = Math.max(d, Float.floatToRawIntBits(x[i + 3]) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(Math.max(Math.max(a, b), Math.max(c, d)));
    }

    /** Rounds {@code count} values; their pairs are {@code gap} ints apart. */
    static void pack(float[] x, int from, int count, float inverse, int[] pairs, int to, int gap) {
        for (int i = 0; i < count / 4; i++) {
            int a = Float.floatToRawIntBits(x[from + 4 * i] * inverse + ROUNDER);
            int b = Float.floatToRawIntBits(x[from + 4 * i + 1] * inverse + ROUNDER);
            int c = Float.floatToRawIntBits(x[from + 4 * i + 2] * inverse + ROUNDER);
            int d = Float.floatToRawIntBits(x[from + 4 * i + 3] * inverse + ROUNDER);
            pairs[to + 2 * i * gap] = a & 0xFFFF | c << 16;
            pairs[to + (2 * i + 1) * gap] = b & 0xFFFF | d << 16;
        }
    }

    /** Sums and starts of a row whose pairs are there. */
    private void sum(int token) {
        int first = token * columns / 16;
        sum(pairs, first, columns / 16, sums16, starts16);
        for (int run = first; run < first + columns / 16; run += 2) {
            sums32[run / 2] = sums16[run] + sums16[run + 1];
            starts32[run / 2] = halfOfSum(starts16[run], starts16[run + 1]);
        }
    }

    private static void sum(int[] pairs, int first, int count, int[] sums16, int[] starts16) {
        for (int run = first; run < first + count; run++) {
            int p = 8 * run;
            int both = 0;
            int high = 0;
            for (int i = 0; i < 8; i++) {
                both += pairs[p + i];
                high += pairs[p + i] >> 16;
            }
            int low = (short) both;
            sums16[run] = low + high;
            starts16[run] = -32 * low & 0xFFFF | -32 * high << 16;
        }
    }

    /** Both 16-bit halves of (a + b) / 2. */
    private static int halfOfSum(int a, int b) {
        int low = (short) a + (short) b >> 1;
        int high = (a >> 16) + (b >> 16) >> 1;
        return low & 0xFFFF | high << 16;
    }
}

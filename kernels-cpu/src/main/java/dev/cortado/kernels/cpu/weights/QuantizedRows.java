package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.putFloat;
import static dev.cortado.kernels.cpu.memory.AllMemory.putInt;

import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Input rows as 8-bit integers with a scale per block of 32 or 256, in the order that the kernels over interleaved
 * weights read: value x is about {@code scale * q}, |q| at most 127. Kernels read by address; token t's part begins t *
 * {@link #tokenBytes()} after that of token 0, the same for each of these arrays:
 *
 * <ul>
 *   <li>{@link #pairs()}: two 16-bit values an int: int 2i holds values 4i (low half) and 4i + 2, int 2i + 1 holds 4i + 1
 *       and 4i + 3
 *   <li>{@link #scales()}: a float per block
 *   <li>{@link #sums32()}, {@link #sums16()}: an int per 32 or 16 values, their sum
 *   <li>{@link #starts32()}: an int per 32 values with two 16-bit halves: -16 times the sum of the values in the low and
 *       in the high halves of their pairs; what an accumulator starts with where 16 is to be subtracted from each weight
 *   <li>{@link #starts16()}: the same per 16 values with -32
 * </ul>
 *
 * Memory is released when the object is no longer reachable.
 */
public final class QuantizedRows {
    private static final int TOKENS = 8;

    private final int block;
    private int columns;
    private long base;
    private long capacity;
    private Arena arena = Arena.ofAuto();
    private int[] values = new int[0];

    /** @param block values per scale: 32 or 256 */
    public QuantizedRows(int block) {
        this.block = block;
    }

    /** Tokens that fit. */
    public static int tokens() {
        return TOKENS;
    }

    /** Sets the length of a row, a multiple of 32 and of the block. */
    public void columns(int columns) {
        if (columns % block != 0 || columns % 32 != 0) {
            throw new IllegalArgumentException(
                    "rows of %d values, but blocks have %d".formatted(columns, block));
        }
        this.columns = columns;
        long bytes = TOKENS * tokenBytes();
        if (bytes > capacity) {
            arena = Arena.ofAuto();
            base = arena.allocate(bytes, 64).address();
            capacity = bytes;
        }
        if (values.length < columns) {
            values = new int[columns];
        }
    }

    /** Bytes from a token's arrays to the next token's. */
    public long tokenBytes() {
        return 4L * (columns / 2 + columns / block + columns / 32 * 2 + columns / 16 * 2);
    }

    public long pairs() {
        return base;
    }

    public long scales() {
        return base + 2L * columns;
    }

    public long sums32() {
        return scales() + 4L * (columns / block);
    }

    public long starts32() {
        return sums32() + columns / 8;
    }

    public long sums16() {
        return starts32() + columns / 8;
    }

    public long starts16() {
        return sums16() + columns / 4;
    }

    /** Quantises one row. */
    public void set(int token, float[] x, int at) {
        long offset = token * tokenBytes();
        int[] q = values;
        for (int b = 0; b < columns; b += block) {
            float scale = quantize(x, at + b, block, q, b);
            putFloat(scales() + offset + 4L * (b / block), scale);
        }
        long pairs = pairs() + offset;
        long sums = sums16() + offset;
        long starts = starts16() + offset;
        for (int k = 0; k < columns; k += 16) {
            int low = 0;
            int high = 0;
            for (int i = k; i < k + 16; i += 4) {
                int a = q[i];
                int b = q[i + 1];
                int c = q[i + 2];
                int d = q[i + 3];
                putInt(pairs + 2L * i, a & 0xFFFF | c << 16);
                putInt(pairs + 2L * i + 4, b & 0xFFFF | d << 16);
                low += a + b;
                high += c + d;
            }
            putInt(sums + k / 4, low + high);
            putInt(starts + k / 4, -32 * low & 0xFFFF | -32 * high << 16);
        }
        joinRuns(offset);
    }

    /** Sums and starts per 32 values from those per 16. */
    private void joinRuns(long offset) {
        for (int k = 0; k < columns / 32; k++) {
            long runs = offset + 8L * k;
            putInt(sums32() + offset + 4L * k, getInt(sums16() + runs) + getInt(sums16() + runs + 4));
            int first = getInt(starts16() + runs);
            int second = getInt(starts16() + runs + 4);
            int low = ((short) first + (short) second) >> 1;
            int high = ((first >> 16) + (second >> 16)) >> 1;
            putInt(starts32() + offset + 4L * k, low & 0xFFFF | high << 16);
        }
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

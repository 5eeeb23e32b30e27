package dev.cortado.kernels.cpu.weights;

/**
 * Input rows as 8-bit integers with a scale per block of 32, four rows side by side, as the integer tile multiplies them:
 * one index then finds all of a step. Rounded as {@link QuantizedRows} are, and in that order. Each array holds four rows
 * after four rows; those that are missing in the last four hold anything.
 *
 * <ul>
 *   <li>{@link #pairs()}: [pair][row of four]
 *   <li>{@link #scales()}: [block][row of four]
 *   <li>{@link #scaledSums}: [run of 16 or 32 values][row of four], their sum times their scale; made on demand
 * </ul>
 */
public final class InterleavedRows {
    /** Rows side by side. */
    public static final int ROWS = 4;

    private static final int BLOCK = 32;

    private int columns;
    private int capacity;
    private int[] pairs = {};
    private float[] scales = {};
    private float[] scaledSums16 = {};
    private float[] scaledSums32 = {};

    /** Empty. */
    public InterleavedRows() {}

    /** Makes room for rows, whose length is a multiple of 32; what was there before is gone. */
    public void resize(int rows, int columns) {
        QuantizedRows.requireBlocks(columns, BLOCK);
        this.columns = columns;
        int values = (rows + ROWS - 1) / ROWS * ROWS * columns;
        if (values > capacity) {
            capacity = values;
            pairs = new int[values / 2];
            scales = new float[values / BLOCK];
            // also where nobody reads them: the compiled tile checks once, before its loop, that they would be there
            scaledSums16 = new float[values / 16];
            scaledSums32 = new float[values / 32];
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

    /** Per run of 16 or 32 values; valid after {@link #scaleSums}. */
    public float[] scaledSums(int run) {
        return run == 16 ? scaledSums16 : scaledSums32;
    }

    /** Where a row's numbers begin in an array that has {@code count} of them for each row. */
    public static int at(int row, int count) {
        return row / ROWS * ROWS * count + row % ROWS;
    }

    /** Sets the scales and the pairs of a row, which begins at {@code x[from]}. */
    void round(int row, float[] x, int from) {
        int scale = at(row, columns / BLOCK);
        int pair = at(row, columns / 2);
        for (int k = 0; k < columns; k += BLOCK, scale += ROWS, pair += BLOCK / 2 * ROWS) {
            float largest = QuantizedRows.largest(x, from + k, BLOCK);
            scales[scale] = QuantizedRows.scale(largest);
            QuantizedRows.pack(x, from + k, BLOCK, QuantizedRows.inverse(largest), pairs, pair, ROWS);
        }
    }

    /** Makes {@link #scaledSums} of a row whose pairs are there. */
    void scaleSums(int row) {
        int scale = at(row, columns / BLOCK);
        int pair = at(row, columns / 2);
        int of16 = at(row, columns / 16);
        for (int k = 0; k < columns; k += BLOCK, scale += ROWS, pair += BLOCK / 2 * ROWS, of16 += 2 * ROWS) {
            int first = sumOfPairs(pair);
            int second = sumOfPairs(pair + BLOCK / 4 * ROWS);
            scaledSums16[of16] = scales[scale] * first;
            scaledSums16[of16 + ROWS] = scales[scale] * second;
            scaledSums32[scale] = scales[scale] * (first + second);
        }
    }

    /** The sum of 16 values. */
    private int sumOfPairs(int at) {
        int both = 0;
        int high = 0;
        for (int i = 0; i < 8; i++) {
            both += pairs[at + i * ROWS];
            high += pairs[at + i * ROWS] >> 16;
        }
        return (short) both + high;
    }
}

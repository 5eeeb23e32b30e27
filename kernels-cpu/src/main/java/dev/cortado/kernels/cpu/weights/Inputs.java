package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.FLOAT;
import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The rows that a product multiplies weights with, in each of the forms that kernels ask for; a form is made when {@link
 * CpuMatrix#prepare} first wants it and then shared by all matrices of the product. Reused from product to product.
 */
public final class Inputs {
    /** Loads of vectors that straddle two cache lines take twice as long. */
    private static final int LINE = 64;

    private final QuantizedRows blocks32 = new QuantizedRows(32);
    private final QuantizedRows blocks256 = new QuantizedRows(256);
    private final InterleavedRows many = new InterleavedRows();
    private Arena arena = Arena.ofAuto();
    private long floats;
    private long capacity;
    private float[] x = new float[0];
    private int at;
    private int stride;
    private int tokens;
    private int columns;
    private boolean hasFloats;
    private boolean has32;
    private boolean has256;
    private boolean wantsMany;
    private boolean wantsSums;

    /** The rows x[at + t * stride] to x[at + t * stride + columns - 1] for t below {@code tokens}. */
    public void set(float[] x, int at, int stride, int tokens, int columns) {
        if (tokens < 1) {
            throw new IllegalArgumentException("%d rows, but at least 1 is needed".formatted(tokens));
        }
        this.x = x;
        this.at = at;
        this.stride = stride;
        this.tokens = tokens;
        this.columns = columns;
        hasFloats = false;
        has32 = false;
        has256 = false;
        wantsMany = false;
        wantsSums = false;
    }

    /** Makes the form of float32, as given, but each row at the beginning of a cache line. */
    void prepareFloats() {
        if (hasFloats) {
            return;
        }
        long bytes = tokens * floatStride();
        if (bytes > capacity) {
            arena = Arena.ofAuto();
            floats = arena.allocate(bytes, LINE).address();
            capacity = bytes;
        }
        for (int t = 0; t < tokens; t++) {
            MemorySegment.copy(x, at + t * stride, SEGMENT, FLOAT, floats + t * floatStride(), columns);
        }
        hasFloats = true;
    }

    /** Makes the form of 8 bits with a scale per {@code block} values: 32 or 256. */
    void prepareQuantized(int block) {
        if (block == 32 && !has32) {
            quantize(blocks32);
            has32 = true;
        } else if (block == 256 && !has256) {
            quantize(blocks256);
            has256 = true;
        }
    }

    private void quantize(QuantizedRows rows) {
        rows.resize(Math.max(tokens, QuantizedRows.few()), columns);
        for (int t = 0; t < tokens; t++) {
            rows.set(t, x, at + t * stride);
        }
    }

    /**
     * Makes room for the form that the integer tile reads; {@link #quantize} makes it.
     *
     * @param sums whether that of the inputs' sums is needed too
     */
    public void reserveMany(boolean sums) {
        many.resize(tokens, columns);
        wantsMany = true;
        wantsSums |= sums;
    }

    /** Rows whose form for the integer tile is to be made: all or none. */
    public int unrounded() {
        return wantsMany ? tokens : 0;
    }

    /** Makes the integer tile's form of some rows; threads may share the rows. */
    public void quantize(int from, int to) {
        for (int t = from; t < to; t++) {
            many.round(t, x, at + t * stride);
            if (wantsSums) {
                many.scaleSums(t);
            }
        }
    }

    /** The rows as the integer tile reads them. */
    public InterleavedRows many() {
        return many;
    }

    public int tokens() {
        return tokens;
    }

    public int columns() {
        return columns;
    }

    QuantizedRows quantized(int block) {
        if (block == 32 ? !has32 : !has256) {
            throw new IllegalStateException("inputs were not prepared in blocks of " + block);
        }
        return block == 32 ? blocks32 : blocks256;
    }

    /** Address of a row's floats. */
    long floats(int token) {
        if (!hasFloats) {
            throw new IllegalStateException("inputs were not prepared as floats");
        }
        return floats + token * floatStride();
    }

    /** Bytes from one row's floats to the next's. */
    long floatStride() {
        return (4L * columns + LINE - 1) / LINE * LINE;
    }
}

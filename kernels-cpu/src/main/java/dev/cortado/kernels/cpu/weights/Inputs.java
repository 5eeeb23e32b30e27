package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.FLOAT;
import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;

import dev.cortado.kernels.cpu.memory.NativeBuffer;
import dev.cortado.kernels.cpu.startup.VectorModule;
import java.lang.foreign.MemorySegment;

/**
 * The rows that a product multiplies weights with, in each of the forms that kernels ask for; a form is made when {@link
 * CpuMatrix#prepare} first wants it and then shared by all matrices of the product. Reused from product to product.
 */
public final class Inputs {
    private final QuantizedRows blocks32 = new QuantizedRows(32);
    private final QuantizedRows blocks256 = new QuantizedRows(256);
    private final InterleavedRows many = new InterleavedRows();
    private final NativeBuffer bufferOfFloats = new NativeBuffer();
    private final NativeBuffer bufferForHalves = new NativeBuffer();
    private final NativeBuffer bufferOfEight = new NativeBuffer();
    private long floats;
    private long forHalves;
    private float[] magnitudes = {};
    private float[] scaled = {};
    private long eight;
    private float[] x = new float[0];
    private int at;
    private int stride;
    private int tokens;
    private int columns;
    private boolean hasFloats;
    private boolean hasForHalves;
    private boolean hasEight;
    private float[] sideBySide = {};
    private boolean hasSideBySide;
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
        hasForHalves = false;
        hasEight = false;
        hasSideBySide = false;
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
        floats = bufferOfFloats.atLeast(tokens * floatStride());
        for (int t = 0; t < tokens; t++) {
            MemorySegment.copy(x, at + t * stride, SEGMENT, FLOAT, floats + t * floatStride(), columns);
        }
        hasFloats = true;
    }

    /**
     * Makes the form of float32 that meets halves' bits unscaled: each row times 2^112 and divided by its {@link
     * #magnitude}, so that no product overflows, and none underflows that counts beside the row's largest.
     */
    void prepareForHalves() {
        if (hasForHalves) {
            return;
        }
        forHalves = bufferForHalves.atLeast(tokens * floatStride());
        if (magnitudes.length < tokens || scaled.length < columns) {
            magnitudes = new float[tokens];
            scaled = new float[columns];
        }
        for (int t = 0; t < tokens; t++) {
            int from = at + t * stride;
            // a power of two and its inverse that are both normal floats
            int exponent = Math.clamp(Math.getExponent(largest(from)), -126, 126);
            float inverse = Math.scalb(1f, -exponent);
            for (int k = 0; k < columns; k++) {
                scaled[k] = x[from + k] * inverse * 0x1p112f;
            }
            MemorySegment.copy(scaled, 0, SEGMENT, FLOAT, forHalves + t * floatStride(), columns);
            magnitudes[t] = Math.scalb(1f, exponent);
        }
        hasForHalves = true;
    }

    /** The largest magnitude of the row that begins at x[from]. */
    private float largest(int from) {
        int fours = columns & -4;
        float largest = QuantizedRows.largest(x, from, fours);
        for (int k = fours; k < columns; k++) {
            largest = Math.max(largest, Math.abs(x[from + k]));
        }
        return largest;
    }

    /**
     * Makes the form of float32 for kernels that take up to eight rows at once, {@link RowsByEight#place} says how they
     * lie; rows that are missing are arbitrary.
     */
    void prepareEight() {
        requireEight();
        if (hasEight) {
            return;
        }
        int lanes = VectorModule.LANES;
        eight = bufferOfEight.atLeast(8 * 4L * (columns + lanes));
        for (int t = 0; t < tokens; t++) {
            int from = at + t * stride;
            for (int k = 0; k < columns; k += lanes) {
                long to = eight + 4L * RowsByEight.place(k, t, lanes);
                MemorySegment.copy(x, from + k, SEGMENT, FLOAT, to, Math.min(lanes, columns - k));
            }
        }
        hasEight = true;
    }

    /** Makes the form of float32 with the values that meet one weight side by side, of up to eight rows. */
    public void prepareSideBySide() {
        requireEight();
        if (hasSideBySide) {
            return;
        }
        if (sideBySide.length < 8 * columns) {
            sideBySide = new float[8 * columns];
        }
        for (int t = 0; t < 8; t++) {
            int from = at + Math.min(t, tokens - 1) * stride;
            for (int k = 0, to = t; k < columns; k++, to += 8) {
                sideBySide[to] = x[from + k];
            }
        }
        hasSideBySide = true;
    }

    private void requireEight() {
        if (tokens > 8) {
            throw new IllegalArgumentException("%d rows, but at most 8 are multiplied at once".formatted(tokens));
        }
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

    /** Address of a row that meets halves' bits; products are to be multiplied with its {@link #magnitude}. */
    long forHalves(int token) {
        if (!hasForHalves) {
            throw new IllegalStateException("inputs were not prepared for halves");
        }
        return forHalves + token * floatStride();
    }

    /** The power of two that is about a row's largest magnitude. */
    float magnitude(int token) {
        return magnitudes[token];
    }

    /** Address of the form for eight rows at once. */
    long eight() {
        if (!hasEight) {
            throw new IllegalStateException("inputs were not prepared for eight rows at once");
        }
        return eight;
    }

    /** Value k of input t at 8 k + t; inputs that are missing equal the last one. */
    public float[] sideBySide() {
        if (!hasSideBySide) {
            throw new IllegalStateException("inputs were not prepared side by side");
        }
        return sideBySide;
    }

    /** Bytes from one row's floats to the next's. */
    long floatStride() {
        return (4L * columns + NativeBuffer.LINE - 1) / NativeBuffer.LINE * NativeBuffer.LINE;
    }
}

package dev.cortado.gguf;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;

/** A tensor of a file: a named, typed view of its bytes, which are little-endian whatever the file's byte order is. */
public final class Tensor {
    private final String name;
    private final TensorType type;
    private final long[] shape;
    private final Supplier<MemorySegment> data;

    /**
     * @param name the tensor's name, e.g. {@code blk.0.attn_q.weight}
     * @param type how its weights are stored
     * @param shape one to four dimensions, the contiguous one first (ggml's {@code ne}): a matrix is [columns, rows]
     * @param data the bytes, exactly as many as type and shape ask for
     */
    public Tensor(String name, TensorType type, long[] shape, MemorySegment data) {
        this(name, type, shape, () -> data);
    }

    /** @param data gives the bytes, the same ones each time */
    Tensor(String name, TensorType type, long[] shape, Supplier<MemorySegment> data) {
        this.name = name;
        this.type = type;
        this.shape = shape.clone();
        this.data = data;
    }

    /** The tensor's name, e.g. {@code blk.0.attn_q.weight}. */
    public String name() {
        return name;
    }

    /** How the weights are stored. */
    public TensorType type() {
        return type;
    }

    /** One to four dimensions, the contiguous one first: a matrix is [columns, rows]. */
    public long[] shape() {
        return shape.clone();
    }

    /** The bytes, exactly {@link #bytes()} of them; valid until the file is closed. */
    public MemorySegment data() {
        return data.get();
    }

    /** Number of bytes, known without touching them. */
    public long bytes() {
        return type.bytes(count());
    }

    /** Weights per row: the contiguous dimension. */
    public int columns() {
        if (shape[0] > Integer.MAX_VALUE) {
            throw new GgufFormatException("tensor %s: %d columns, at most %d expected"
                    .formatted(Quoted.of(name), shape[0], Integer.MAX_VALUE));
        }
        return (int) shape[0];
    }

    /** All dimensions but the first, multiplied. */
    public long rows() {
        long rows = 1;
        for (int i = 1; i < shape.length; i++) {
            rows *= shape[i];
        }
        return rows;
    }

    /** Number of weights. */
    public long count() {
        return shape[0] * rows();
    }

    /**
     * Rows {@code from} to {@code from + rows} as a matrix [columns, rows] of their own, without a copy: how fused
     * matrices (QKV, gate and up) and the experts of a 3-D tensor are taken apart.
     */
    public Tensor rows(long from, long rows) {
        if (from < 0 || rows < 1 || rows > rows() - from) {
            throw new GgufFormatException(
                    "tensor %s: %d rows from %d wanted, it has %d".formatted(Quoted.of(name), rows, from, rows()));
        }
        long rowBytes = type.bytes(shape[0]);
        return new Tensor(
                name, type, new long[] {shape[0], rows}, () -> data().asSlice(from * rowBytes, rows * rowBytes));
    }

    /** The shape as it is printed: {@code [576, 1536]}. */
    public String shapeText() {
        return Arrays.toString(shape);
    }

    @Override
    public String toString() {
        return name + " " + type + " " + shapeText();
    }
}

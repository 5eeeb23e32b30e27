package dev.cortado.gguf;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A tensor of a file: a named, typed view of its bytes, which are little-endian whatever the file's byte order is.
 *
 * @param name the tensor's name, e.g. {@code blk.0.attn_q.weight}
 * @param type how its weights are stored
 * @param shape one to four dimensions, the contiguous one first (ggml's {@code ne}): a matrix is [columns, rows]
 * @param data the bytes, exactly as many as type and shape ask for; valid until the file is closed
 */
public record Tensor(String name, TensorType type, long[] shape, MemorySegment data) {
    /** Weights per row: the contiguous dimension. */
    public int columns() {
        return Math.toIntExact(shape[0]);
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
        if (from < 0 || rows < 1 || from + rows > rows()) {
            throw new GgufFormatException("tensor %s: rows %d to %d wanted, it has %d"
                    .formatted(name, from, from + rows, rows()));
        }
        long rowBytes = type.bytes(shape[0]);
        return new Tensor(name, type, new long[] {shape[0], rows}, data.asSlice(from * rowBytes, rows * rowBytes));
    }

    /** The shape as it is printed: {@code [576, 1536]}. */
    public String shapeText() {
        return Arrays.toString(shape);
    }
}

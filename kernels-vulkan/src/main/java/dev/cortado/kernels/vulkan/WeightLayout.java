package dev.cortado.kernels.vulkan;

import dev.cortado.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the weights of a type lie in device memory: two planes of 32-bit words that shaders read without any feature for
 * small integers and, 16 bytes at a time, without crossing an alignment. The file's blocks are taken apart, and no byte
 * is added except for padding.
 *
 * @param type the tensor type, whose name is that of the shader variants
 * @param quantBytes bytes of a block in the first plane, a multiple of 16 (or of a weight's size in types without
 *     blocks)
 * @param scaleBytes bytes of a block in the second plane
 * @param pieces where the bytes of a block go
 */
record WeightLayout(TensorType type, int quantBytes, int scaleBytes, List<Piece> pieces) {
    /** {@code length} bytes at {@code from} in the file's block become bytes at {@code to} of a plane's block. */
    record Piece(int from, boolean scale, int to, int length) {}

    /** Rows are padded to a multiple of so many weights in types without blocks. */
    private static final int PADDING = 32;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    /** The layout of floats, which weights of types that shaders do not read become. */
    static final WeightLayout FLOATS = new WeightLayout(TensorType.F32, 4, 0, List.of(quants(0, 0, 4)));

    private static final Map<TensorType, WeightLayout> LAYOUTS = Map.ofEntries(
            Map.entry(TensorType.F32, FLOATS),
            layout(TensorType.F16, 2, 0, quants(0, 0, 2)),
            layout(TensorType.BF16, 2, 0, quants(0, 0, 2)),
            layout(TensorType.Q4_0, 16, 2, quants(2, 0, 16), scales(0, 0, 2)),
            layout(TensorType.Q4_1, 16, 4, quants(4, 0, 16), scales(0, 0, 4)),
            layout(TensorType.Q5_0, 16, 8, quants(6, 0, 16), scales(0, 0, 2), scales(2, 4, 4)),
            layout(TensorType.Q5_1, 16, 8, quants(8, 0, 16), scales(0, 0, 8)),
            layout(TensorType.Q8_0, 32, 2, quants(2, 0, 32), scales(0, 0, 2)),
            layout(TensorType.Q2_K, 80, 4, quants(0, 0, 80), scales(80, 0, 4)),
            layout(TensorType.Q3_K, 112, 0, quants(0, 0, 110)),
            layout(TensorType.Q4_K, 144, 0, quants(0, 0, 144)),
            layout(TensorType.Q5_K, 176, 0, quants(0, 0, 176)),
            layout(TensorType.Q6_K, 208, 2, quants(0, 0, 208), scales(208, 0, 2)),
            layout(TensorType.IQ4_NL, 16, 2, quants(2, 0, 16), scales(0, 0, 2)),
            layout(TensorType.IQ4_XS, 128, 8, quants(8, 0, 128), scales(0, 0, 8)),
            layout(TensorType.MXFP4, 16, 1, quants(1, 0, 16), scales(0, 0, 1)));

    private static Map.Entry<TensorType, WeightLayout> layout(
            TensorType type, int quantBytes, int scaleBytes, Piece... pieces) {
        return Map.entry(type, new WeightLayout(type, quantBytes, scaleBytes, List.of(pieces)));
    }

    private static Piece quants(int from, int to, int length) {
        return new Piece(from, false, to, length);
    }

    private static Piece scales(int from, int to, int length) {
        return new Piece(from, true, to, length);
    }

    /** The layout of a type, null if shaders do not read it. */
    static @Nullable WeightLayout of(TensorType type) {
        return LAYOUTS.get(type);
    }

    /** Weights of a row of {@code columns} with its padding. */
    int stored(int columns) {
        return type.blockSize() > 1 ? columns : (columns + PADDING - 1) / PADDING * PADDING;
    }

    /** Bytes of a row in the first plane. */
    long quantBytes(int columns) {
        return (long) stored(columns) / type.blockSize() * quantBytes;
    }

    /** Bytes of {@code rows} rows in the second plane. */
    long scaleBytes(int columns, long rows) {
        return rows * (stored(columns) / type.blockSize()) * scaleBytes;
    }

    /**
     * Takes rows of blocks apart.
     *
     * @param source the file's rows, whole
     * @param quants receives the rows of the first plane
     * @param scales receives those of the second
     */
    void split(MemorySegment source, int columns, int rows, MemorySegment quants, MemorySegment scales) {
        if (type.blockSize() == 1) {
            long from = type.bytes(columns);
            long to = quantBytes(columns);
            for (int row = 0; row < rows; row++) {
                MemorySegment.copy(source, row * from, quants, row * to, from);
                quants.asSlice(row * to + from, to - from).fill((byte) 0);
            }
            return;
        }
        long blocks = (long) rows * (columns / type.blockSize());
        for (Piece piece : pieces) {
            MemorySegment plane = piece.scale() ? scales : quants;
            int step = piece.scale() ? scaleBytes : quantBytes;
            long from = piece.from();
            long to = piece.to();
            for (long block = 0; block < blocks; block++, from += type.blockBytes(), to += step) {
                copy(source, from, plane, to, piece.length());
            }
        }
    }

    /** Few bytes, for which a bulk copy's checks would cost more than the copy. */
    private static void copy(MemorySegment source, long from, MemorySegment target, long to, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            target.set(LONG, to + i, source.get(LONG, from + i));
        }
        for (; i + 2 <= length; i += 2) {
            target.set(SHORT, to + i, source.get(SHORT, from + i));
        }
        if (i < length) {
            target.set(ValueLayout.JAVA_BYTE, to + i, source.get(ValueLayout.JAVA_BYTE, from + i));
        }
    }
}

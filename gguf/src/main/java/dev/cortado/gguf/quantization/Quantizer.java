package dev.cortado.gguf.quantization;

import dev.cortado.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns floats into blocks of one tensor type: the bytes that ggml's reference quantisers make, but for two places
 * where theirs (version 0.25.3) lose precision. Stateless, thread-safe.
 */
public final class Quantizer {
    private final TensorType type;
    private final WritableFormat format;

    private Quantizer(TensorType type, WritableFormat format) {
        this.type = type;
        this.format = format;
    }

    /** Whether weights can be quantised to {@code type}: not to integers, F64 and ggml's forms of activations. */
    public static boolean writes(TensorType type) {
        return Formats.of(type) instanceof WritableFormat;
    }

    /**
     * The quantiser to {@code type}.
     *
     * @throws IllegalArgumentException if there is none, see {@link #writes}
     */
    public static Quantizer of(TensorType type) {
        if (Formats.of(type) instanceof WritableFormat format) {
            return new Quantizer(type, format);
        }
        throw new IllegalArgumentException("weights cannot be quantised to " + type);
    }

    /** What it writes. */
    public TensorType type() {
        return type;
    }

    /**
     * Quantises one row.
     *
     * @param in holds the row
     * @param at index of its first weight
     * @param count weights in the row, a multiple of the type's block size
     * @param importance for each of the {@code count} columns how much an error counts (the mean square of the
     *     activations it is multiplied with), or null: then errors are weighed by the weights themselves
     * @param out receives the blocks
     * @param offset byte in {@code out} where they start
     * @throws IllegalArgumentException if {@code count} or the length of {@code importance} does not fit, a weight is
     *     not finite, or weights are too large for the type
     * @throws IndexOutOfBoundsException if the row is not in {@code in}, or the blocks do not fit {@code out}
     */
    public void quantize(float[] in, int at, int count, float @Nullable [] importance, MemorySegment out, long offset) {
        check(in, at, count, importance, out, offset);
        int size = type.blockSize() == 1 ? count : type.blockSize();
        float meanSquare = Block.sumOfSquares(Arrays.copyOfRange(in, at, at + count)) / count;
        long to = offset;
        for (int i = 0; i < count; i += size, to += type.bytes(size)) {
            float[] x = Arrays.copyOfRange(in, at + i, at + i + size);
            float[] counts = importance == null ? null : Arrays.copyOfRange(importance, i, i + size);
            format.quantize(new Block(x, counts, meanSquare), out, to);
        }
    }

    private void check(float[] in, int at, int count, float @Nullable [] importance, MemorySegment out, long offset) {
        if (count % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    "%d weights for type %s, expected a multiple of %d".formatted(count, type, type.blockSize()));
        }
        if (importance != null && importance.length != count) {
            throw new IllegalArgumentException(
                    "importance of %d columns, expected %d".formatted(importance.length, count));
        }
        Objects.checkFromIndexSize(at, count, in.length);
        Objects.checkFromIndexSize(offset, type.bytes(count), out.byteSize());
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(in[at + i])) {
                throw new IllegalArgumentException(
                        "weight %d is %s, expected a finite number".formatted(i, in[at + i]));
            }
        }
    }
}

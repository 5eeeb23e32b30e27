package dev.cortado.gguf.quantization;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Turns the stored weights of one tensor type into floats, equal to ggml's to the last bit. Stateless, thread-safe. */
public final class Dequantizer {
    private final TensorType type;
    private final Format format;

    private Dequantizer(TensorType type, Format format) {
        this.type = type;
        this.format = format;
    }

    /** The dequantiser of {@code type}; there is one for every type. */
    public static Dequantizer of(TensorType type) {
        return new Dequantizer(type, Formats.of(type));
    }

    /** What it reads. */
    public TensorType type() {
        return type;
    }

    /**
     * Dequantises {@code count} weights.
     *
     * @param data little-endian blocks
     * @param offset byte in {@code data} where the first block starts
     * @param out receives the weights
     * @param at index in {@code out} of the first weight
     * @param count a multiple of the type's block size
     * @throws IllegalArgumentException if {@code count} is not
     * @throws IndexOutOfBoundsException if the blocks are not all in {@code data} or the weights do not fit {@code out}
     */
    public void dequantize(MemorySegment data, long offset, float[] out, int at, int count) {
        if (count % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    "%d weights of type %s, expected a multiple of %d".formatted(count, type, type.blockSize()));
        }
        Objects.checkFromIndexSize(at, count, out.length);
        Objects.checkFromIndexSize(offset, type.bytes(count), data.byteSize());
        format.dequantize(data, offset, out, at, count);
    }

    /** Row {@code row} of {@code tensor}, its {@link Tensor#columns()} weights, into {@code out} from {@code at}. */
    public static void row(Tensor tensor, long row, float[] out, int at) {
        Objects.checkIndex(row, tensor.rows());
        long rowBytes = tensor.type().bytes(tensor.columns());
        of(tensor.type()).dequantize(tensor.data(), row * rowBytes, out, at, tensor.columns());
    }

    /** All weights of {@code tensor}, row after row. */
    public static float[] floats(Tensor tensor) {
        float[] weights = new float[Math.toIntExact(tensor.count())];
        of(tensor.type()).dequantize(tensor.data(), 0, weights, 0, weights.length);
        return weights;
    }
}

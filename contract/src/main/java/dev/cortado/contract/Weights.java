package dev.cortado.contract;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/** Weight tensors of every type, made of random or of hostile block bytes. */
final class Weights {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ALIGNMENT = 32; // GGUF's

    private Weights() {}

    /** Gaussian weights. */
    static Tensor f32(Random random, int rows, int columns) {
        Tensor tensor = empty(TensorType.F32, rows, columns);
        for (long i = 0; i < tensor.count(); i++) {
            tensor.data().set(FLOAT, 4 * i, (float) random.nextGaussian());
        }
        return tensor;
    }

    /** Random blocks of similar magnitude, so that each one counts in a sum. */
    static Tensor tame(TensorType type, Random random, int rows, int columns) {
        return random(type, random, rows, columns, 0.05f, 5);
    }

    /** Random blocks of every magnitude: denormal, negative and large scales. */
    static Tensor wild(TensorType type, Random random, int rows, int columns) {
        return random(type, random, rows, columns, 0, 1e5f);
    }

    /** Random bytes; a block is drawn again until its largest weight lies between the limits. */
    private static Tensor random(TensorType type, Random random, int rows, int columns, float least, float most) {
        Tensor tensor = empty(type, rows, columns);
        Dequantizer dequantizer = Dequantizer.of(type);
        byte[] bytes = new byte[type.blockBytes()];
        float[] weights = new float[type.blockSize()];
        MemorySegment block = MemorySegment.ofArray(bytes);
        for (long at = 0; at < tensor.data().byteSize(); at += bytes.length) {
            do {
                draw(type, random, bytes);
                dequantizer.dequantize(block, 0, weights, 0, weights.length);
            } while (!(largest(weights) >= least && largest(weights) <= most));
            MemorySegment.copy(block, 0, tensor.data(), at, bytes.length);
        }
        return tensor;
    }

    /** Random bytes; whole numbers and floats, whose random bits are seldom of any use, are drawn as numbers. */
    private static void draw(TensorType type, Random random, byte[] bytes) {
        random.nextBytes(bytes);
        float gaussian = (float) random.nextGaussian();
        MemorySegment block = MemorySegment.ofArray(bytes);
        switch (type) {
            case F32 -> block.set(FLOAT, 0, gaussian);
            case F64 -> block.set(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, gaussian);
            case I8, I16, I32, I64 -> {
                int number = random.nextInt(-5, 6);
                Arrays.fill(bytes, (byte) (number >> 31)); // sign extension
                bytes[0] = (byte) number;
            }
            default -> {}
        }
    }

    /** Every byte the same: 0 for blocks of nothing, 0x80 for the most negative integers with a denormal negative scale. */
    static Optional<Tensor> filled(TensorType type, int value, int rows, int columns) {
        Tensor tensor = empty(type, rows, columns);
        tensor.data().fill((byte) value);
        boolean usable = largest(Dequantizer.floats(tensor)) <= 1e6f;
        return usable ? Optional.of(tensor) : Optional.empty();
    }

    /** Q8_0 with scale 1 and every weight -128, which ggml never writes but a file may hold. */
    static Tensor lowestQ8(int rows, int columns) {
        Tensor tensor = empty(TensorType.Q8_0, rows, columns);
        tensor.data().fill((byte) -128);
        for (long at = 0; at < tensor.data().byteSize(); at += TensorType.Q8_0.blockBytes()) {
            tensor.data().set(ValueLayout.JAVA_BYTE, at, (byte) 0);
            tensor.data().set(ValueLayout.JAVA_BYTE, at + 1, (byte) 0x3c);
        }
        return tensor;
    }

    /** NaN counts as larger than everything. */
    private static float largest(float[] weights) {
        float largest = 0;
        for (float w : weights) {
            largest = Math.max(largest, Math.abs(w)); // NaN stays
        }
        return Float.isNaN(largest) ? Float.POSITIVE_INFINITY : largest;
    }

    private static Tensor empty(TensorType type, int rows, int columns) {
        MemorySegment data = Arena.ofAuto().allocate(rows * type.bytes(columns), ALIGNMENT);
        return new Tensor(type + "[" + columns + "," + rows + "]", type, new long[] {columns, rows}, data);
    }

    /** Row by row, dequantised. */
    static float[][] floats(Tensor tensor) {
        float[][] rows = new float[(int) tensor.rows()][tensor.columns()];
        for (int row = 0; row < rows.length; row++) {
            Dequantizer.row(tensor, row, rows[row], 0);
        }
        return rows;
    }
}

package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Tensors of any type: random bytes, so every weight from -128 on occurs, with scales of the kinds that files have. */
public final class RandomTensor {
    static final List<TensorType> INTERLEAVED = List.of(
            TensorType.Q4_0,
            TensorType.Q4_1,
            TensorType.Q5_0,
            TensorType.Q5_1,
            TensorType.Q8_0,
            TensorType.IQ4_NL,
            TensorType.MXFP4,
            TensorType.Q2_K,
            TensorType.Q3_K,
            TensorType.Q4_K,
            TensorType.Q5_K,
            TensorType.Q6_K,
            TensorType.IQ4_XS);

    private RandomTensor() {}

    public static Tensor of(TensorType type, int rows, int columns, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) rows * columns))];
        random.nextBytes(bytes);
        return of(type, rows, columns, bytes, random);
    }

    /** Every byte that is no half-precision scale is the same. */
    static Tensor filled(TensorType type, int rows, int columns, byte value) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes((long) rows * columns))];
        Arrays.fill(bytes, value);
        return of(type, rows, columns, bytes, new Random(value));
    }

    private static Tensor of(TensorType type, int rows, int columns, byte[] bytes, Random random) {
        MemorySegment data = Arena.ofAuto().allocate(bytes.length + 64, 64).asSlice(0, bytes.length);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        int blocks = bytes.length / type.blockBytes();
        for (int b = 0; b < blocks; b++) {
            long block = (long) b * type.blockBytes();
            scales(type, data.asSlice(block, type.blockBytes()), random);
        }
        return new Tensor("blk.0.test.weight", type, new long[] {columns, rows}, data);
    }

    private static void scales(TensorType type, MemorySegment block, Random random) {
        switch (type) {
            case MXFP4 ->
                block.set(ValueLayout.JAVA_BYTE, 0, (byte)
                        (random.nextInt(12) == 0 ? random.nextInt(3) : 110 + random.nextInt(20)));
            case Q4_1, Q5_1, Q4_K, Q5_K -> {
                half(block, 0, random);
                half(block, 2, random);
            }
            case Q2_K -> {
                half(block, 80, random);
                half(block, 82, random);
            }
            case Q3_K -> half(block, 108, random);
            case Q6_K -> half(block, 208, random);
            case F32 -> block.set(AllMemory.FLOAT, 0, (float) random.nextGaussian());
            case I8, I16, I32, I64, F64, TQ1_0, IQ1_M -> {}
            case BF16 ->
                block.set(AllMemory.SHORT, 0, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >>> 16));
            default -> half(block, 0, random);
        }
    }

    /** Small numbers of both signs; sometimes zero, sometimes subnormal. */
    private static void half(MemorySegment block, long at, Random random) {
        float value = (float) random.nextGaussian() / 16;
        short bits = switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> (short) (random.nextInt(0x400) | random.nextInt(2) << 15);
            default -> Float.floatToFloat16(value);
        };
        block.set(AllMemory.SHORT, at, bits);
    }
}

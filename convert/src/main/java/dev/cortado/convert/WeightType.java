package dev.cortado.convert;

import dev.cortado.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** The number formats of weights that can be read from and written to: plain floating point, little-endian. */
enum WeightType {
    F64(TensorType.F64),
    F32(TensorType.F32),
    F16(TensorType.F16),
    BF16(TensorType.BF16);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int EXPONENT = 0x7F80_0000;
    private static final int QUIET = 0x0040_0000;

    private final TensorType tensorType;

    WeightType(TensorType tensorType) {
        this.tensorType = tensorType;
    }

    /** The type of that name in a safetensors header. */
    static Optional<WeightType> of(String dtype) {
        return Arrays.stream(values()).filter(type -> type.name().equals(dtype)).findFirst();
    }

    TensorType tensorType() {
        return tensorType;
    }

    int bytes() {
        return tensorType.blockBytes();
    }

    /** Decodes weights {@code from} to {@code from + count}. */
    void read(MemorySegment data, long from, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            long weight = from + i;
            out[i] = switch (this) {
                case F64 -> (float) data.get(DOUBLE, weight * Double.BYTES);
                case F32 -> data.get(FLOAT, weight * Float.BYTES);
                case F16 -> Float.float16ToFloat(data.get(SHORT, weight * Short.BYTES));
                case BF16 -> Float.intBitsToFloat(data.get(SHORT, weight * Short.BYTES) << 16);
            };
        }
    }

    /** Encodes {@code count} weights, rounding to the nearest, ties to even. */
    void write(float[] weights, MemorySegment out, int count) {
        for (int i = 0; i < count; i++) {
            switch (this) {
                case F64 -> out.set(DOUBLE, (long) i * Double.BYTES, weights[i]);
                case F32 -> out.set(FLOAT, (long) i * Float.BYTES, weights[i]);
                case F16 -> out.set(SHORT, (long) i * Short.BYTES, Float.floatToFloat16(weights[i]));
                case BF16 -> out.set(SHORT, (long) i * Short.BYTES, bfloat16(weights[i]));
            }
        }
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & ~Integer.MIN_VALUE) > EXPONENT) {
            return (short) ((bits | QUIET) >>> 16); // a NaN must not be rounded into an infinity
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}

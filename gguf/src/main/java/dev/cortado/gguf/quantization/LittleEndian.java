package dev.cortado.gguf.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers inside blocks: little-endian and on no particular boundary. */
final class LittleEndian {
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static byte i8(MemorySegment data, long offset) {
        return data.get(ValueLayout.JAVA_BYTE, offset);
    }

    static int u8(MemorySegment data, long offset) {
        return data.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
    }

    static short i16(MemorySegment data, long offset) {
        return data.get(I16, offset);
    }

    static int u16(MemorySegment data, long offset) {
        return data.get(I16, offset) & 0xffff;
    }

    static int i32(MemorySegment data, long offset) {
        return data.get(I32, offset);
    }

    static long i64(MemorySegment data, long offset) {
        return data.get(I64, offset);
    }

    static float f16(MemorySegment data, long offset) {
        return Float.float16ToFloat(data.get(I16, offset));
    }

    static float f32(MemorySegment data, long offset) {
        return data.get(F32, offset);
    }

    static double f64(MemorySegment data, long offset) {
        return data.get(F64, offset);
    }

    static void put8(MemorySegment data, long offset, int value) {
        data.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    static void put16(MemorySegment data, long offset, int value) {
        data.set(I16, offset, (short) value);
    }

    static void put32(MemorySegment data, long offset, int value) {
        data.set(I32, offset, value);
    }

    /** Stores a scale as an f16 and returns it as it will be read. */
    static float putScale(MemorySegment data, long offset, float scale) {
        short half = scale(scale);
        data.set(I16, offset, half);
        return Float.float16ToFloat(half);
    }

    /** A scale as an f16; one that overflows would make its whole block infinite. */
    static short scale(float scale) {
        short half = Float.floatToFloat16(scale);
        if (!Float.isFinite(Float.float16ToFloat(half))) {
            throw new IllegalArgumentException("a block needs the scale " + scale + ", a 16-bit float ends at 65504");
        }
        return half;
    }
}

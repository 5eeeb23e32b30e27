package dev.cortado.kernels.cpu.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The memory of the whole process as one segment, indexed by absolute addresses: the only place with that power.
 * Kernels that read weights through segments of a shared arena measured 25 to 50 % slower, because each access asks
 * whether the arena is alive. Here nothing is checked, so whoever passes an address has checked sizes and offsets once
 * at the entry of the operation and keeps the memory alive while it runs. Everything is little-endian, as GGUF is.
 */
public final class AllMemory {
    /** Offset = absolute address. */
    @SuppressWarnings("restricted")
    public static final MemorySegment SEGMENT = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Little-endian, at any address. */
    public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Little-endian, at any address. */
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Little-endian, at any address. */
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Little-endian, at any address. */
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private AllMemory() {}

    public static byte getByte(long address) {
        return SEGMENT.get(ValueLayout.JAVA_BYTE, address);
    }

    public static short getShort(long address) {
        return SEGMENT.get(SHORT, address);
    }

    public static int getInt(long address) {
        return SEGMENT.get(INT, address);
    }

    public static long getLong(long address) {
        return SEGMENT.get(LONG, address);
    }

    public static float getFloat(long address) {
        return SEGMENT.get(FLOAT, address);
    }

    public static void putByte(long address, byte value) {
        SEGMENT.set(ValueLayout.JAVA_BYTE, address, value);
    }

    public static void putShort(long address, short value) {
        SEGMENT.set(SHORT, address, value);
    }

    public static void putInt(long address, int value) {
        SEGMENT.set(INT, address, value);
    }

    public static void putLong(long address, long value) {
        SEGMENT.set(LONG, address, value);
    }

    public static void putFloat(long address, float value) {
        SEGMENT.set(FLOAT, address, value);
    }

    /** The half-precision number at an address; see {@link #half(short)}. */
    public static float getHalf(long address) {
        return half(getShort(address));
    }

    /** 2^-112 times the half-precision number at an address, infinities and NaN excepted: its bits at float32's places. */
    public static float getHalfUnscaled(long address) {
        return Float.intBitsToFloat(getShort(address) << 13 & 0x8FFFE000);
    }

    /**
     * A half-precision number as float32: its bits moved to float32's places and scaled by 2^112, the difference of the
     * exponents' biases. Vector kernels do the same per lane, so both agree on every bit pattern; infinities and NaN
     * become numbers beyond 65504, which no weight is.
     */
    public static float half(short bits) {
        // the conversion that CPUs have is several times as fast, but keeps infinities and NaN
        return (bits & 0x7C00) == 0x7C00
                ? Float.intBitsToFloat((bits << 13) & 0x8FFFE000) * 0x1p112f
                : Float.float16ToFloat(bits);
    }
}

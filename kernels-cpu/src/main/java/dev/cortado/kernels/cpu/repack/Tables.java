package dev.cortado.kernels.cpu.repack;

/** The values that the nibbles of table types stand for (ggml-common.h; OCP Microscaling Formats 1.0). */
public final class Tables {
    /** IQ4_NL and IQ4_XS: a grid that is denser around zero. */
    static final byte[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** MXFP4: twice the values of E2M1, so that they are whole. */
    static final byte[] E2M1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private Tables() {}

    /** A copy of the table of IQ4_NL and IQ4_XS. */
    public static byte[] iq4() {
        return IQ4.clone();
    }

    /** A copy of the table of MXFP4. */
    public static byte[] e2m1() {
        return E2M1.clone();
    }

    /** 2^(e - 128) of an unsigned exponent e: half of E8M0's value, because {@link #E2M1} is doubled. */
    public static float halfPowerOfTwo(byte exponent) {
        int e = exponent & 255;
        int subnormal = 0x00200000 * (1 + Math.min(e, 1));
        return Float.intBitsToFloat(Math.max(e - 1 << 23, subnormal));
    }
}

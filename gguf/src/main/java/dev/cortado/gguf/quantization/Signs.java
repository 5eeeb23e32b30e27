package dev.cortado.gguf.quantization;

/**
 * Signs of eight weights, bit j set when weight j is negative. IQ2_XXS, IQ2_XS and IQ3_XXS store seven of them; the
 * eighth is such that the number of negative weights is even.
 */
final class Signs {
    private Signs() {}

    /** All eight signs of the seven low bits of {@code seven}. */
    static int ofSeven(int seven) {
        int stored = seven & 127;
        return stored | (Integer.bitCount(stored) & 1) << 7;
    }

    /** -1 or 1. */
    static int sign(int signs, int j) {
        return 1 - (signs >> j & 1) * 2;
    }
}

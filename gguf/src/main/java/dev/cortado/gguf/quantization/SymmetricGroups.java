package dev.cortado.gguf.quantization;

/** What Q3_K and Q6_K do to a group of 16 once its scale is known as it will be read. */
final class SymmetricGroups {
    private SymmetricGroups() {}

    /**
     * Rounds 16 weights from {@code from} on to levels q + n of {@code x = scale * q}; leaves them where the scale is
     * 0.
     */
    static void roundAgain(float[] x, int from, float scale, int n, byte[] levels) {
        if (scale == 0) {
            return;
        }
        for (int i = from; i < from + 16; i++) {
            levels[i] = (byte) (Rounding.halfEven(x[i] / scale, -n, n - 1) + n);
        }
    }
}

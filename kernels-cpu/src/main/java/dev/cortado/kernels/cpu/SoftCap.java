package dev.cortado.kernels.cpu;

/** x = cap * tanh(x / cap), with tanh(y) = 2 / (1 + e^-2y) - 1. */
final class SoftCap {
    private SoftCap() {}

    /** Caps x[at..at + n), n a multiple of 16. */
    static void apply(float[] x, int at, int n, float cap, Exponentials exponentials) {
        float twice = 2 / cap;
        for (int i = at; i < at + n; i++) {
            x[i] *= twice;
        }
        exponentials.logistic(x, at, n);
        for (int i = at; i < at + n; i++) {
            x[i] = cap * Math.fma(2f, x[i], -1f);
        }
    }
}

package dev.cortado.kernels.cpu;

/** The exponentials as plain loops. */
final class PlainExponentials implements Exponentials {
    /** e^x of one number. */
    static float exp(float x) {
        float clamped = Math.min(Math.max(x, LOWEST), HIGHEST);
        float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, clamped));
        float p = Math.fma(r, 1f / 5040, 1f / 720);
        p = Math.fma(p, r, 1f / 120);
        p = Math.fma(p, r, 1f / 24);
        p = Math.fma(p, r, 1f / 6);
        p = Math.fma(p, r, 0.5f);
        p = Math.fma(p, r, 1f);
        p = Math.fma(p, r, 1f);
        return p * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + (127 << 23));
    }

    @Override
    public void maxima(float[] x, int at, int n, float[] maxima) {
        for (int c = 0; c < COLUMNS; c++) {
            float largest = x[at + c];
            for (int i = at + c + COLUMNS; i < at + n; i += COLUMNS) {
                largest = Math.max(largest, x[i]);
            }
            maxima[c] = largest;
        }
    }

    @Override
    public void exponentials(float[] x, int at, int n, float shift, float[] sums) {
        for (int c = 0; c < COLUMNS; c++) {
            float sum = 0;
            for (int i = at + c; i < at + n; i += COLUMNS) {
                x[i] = exp(x[i] - shift);
                sum += x[i];
            }
            sums[c] = sum;
        }
    }

    @Override
    public void logistic(float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            x[i] = 1 / (1 + exp(-x[i]));
        }
    }

    @Override
    public void gelu(float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            float z = Math.abs(x[i]) * SQRT_HALF;
            float t = 1 / Math.fma(z, ERFC_P, 1f);
            float p = Math.fma(t, ERFC_5, ERFC_4);
            p = Math.fma(p, t, ERFC_3);
            p = Math.fma(p, t, ERFC_2);
            p = Math.fma(p, t, ERFC_1);
            float tail = p * t * exp(-(z * z));
            x[i] = 0.5f * x[i] * (x[i] < 0 ? tail : 2 - tail);
        }
    }
}

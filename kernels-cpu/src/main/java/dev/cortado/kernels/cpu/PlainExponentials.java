package dev.cortado.kernels.cpu;

import java.util.Arrays;

/** The exponentials as plain loops. */
final class PlainExponentials implements Exponentials {
    /** e^x of one number. */
    static float exp(float x) {
        float clamped = smaller(larger(x, LOWEST), HIGHEST);
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

    /** a, or b where it is larger: without Math.max's care for NaN and the sign of zero, which takes several instructions. */
    private static float larger(float a, float b) {
        return b > a ? b : a;
    }

    private static float smaller(float a, float b) {
        return b < a ? b : a;
    }

    @Override
    public float maximum(float[] x, int at, int n, float[] columns) {
        System.arraycopy(x, at, columns, 0, COLUMNS);
        for (int i = COLUMNS; i < n; i++) {
            columns[i % COLUMNS] = larger(columns[i % COLUMNS], x[at + i]);
        }
        for (int half = COLUMNS / 2; half > 0; half /= 2) {
            for (int c = 0; c < half; c++) {
                columns[c] = larger(columns[c], columns[c + half]);
            }
        }
        return columns[0];
    }

    @Override
    public float exponentials(float[] x, int at, int n, float shift, float[] columns) {
        Arrays.fill(columns, 0, COLUMNS, 0);
        for (int i = 0; i < n; i++) {
            x[at + i] = exp(x[at + i] - shift);
            columns[i % COLUMNS] += x[at + i];
        }
        for (int half = COLUMNS / 2; half > 0; half /= 2) {
            for (int c = 0; c < half; c++) {
                columns[c] += columns[c + half];
            }
        }
        return columns[0];
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

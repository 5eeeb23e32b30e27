package dev.cortado.kernels.cpu;

/** The exponentials as plain loops. */
final class PlainExponentials implements Exponentials {
    /** 1.5 * 2^23: adding it rounds to an integer that then stands in the lowest bits of the mantissa. */
    public static final float ROUNDER = 0x1.8p23f;

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts; products of the first with integers below 2^8 are exact. */
    private static final float LN2_HIGH = 0x1.62e4p-1f;

    private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

    /**
     * e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2)/2, and e^r by its Taylor polynomial of degree 7: relative error below
     * 2e-7. Where n = -127 the factor 2^n becomes 0.
     */
    static float exp(float x) {
        float clamped = Math.min(Math.max(x, -88f), 88.8f);
        float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, clamped);
        r = Math.fma(n, -LN2_LOW, r);
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
    public float maximum(float[] x, int at, int n) {
        float largest = x[at];
        for (int i = at + 1; i < at + n; i++) {
            largest = Math.max(largest, x[i]);
        }
        return largest;
    }

    @Override
    public float exponentialSum(float[] x, int at, int n, float shift) {
        for (int i = at; i < at + n; i++) {
            x[i] = exp(x[i] - shift);
        }
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        float s8 = 0, s9 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0, s14 = 0, s15 = 0;
        for (int i = at; i < at + n; i += COLUMNS) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
            s4 += x[i + 4];
            s5 += x[i + 5];
            s6 += x[i + 6];
            s7 += x[i + 7];
            s8 += x[i + 8];
            s9 += x[i + 9];
            s10 += x[i + 10];
            s11 += x[i + 11];
            s12 += x[i + 12];
            s13 += x[i + 13];
            s14 += x[i + 14];
            s15 += x[i + 15];
        }
        return (((s0 + s8) + (s4 + s12)) + ((s2 + s10) + (s6 + s14)))
                + (((s1 + s9) + (s5 + s13)) + ((s3 + s11) + (s7 + s15)));
    }

    @Override
    public void logistic(float[] x, int at, int n) {
        for (int i = at; i < at + n; i++) {
            x[i] = 1 / (1 + exp(-x[i]));
        }
    }
}

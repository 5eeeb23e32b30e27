package dev.cortado.kernels.cpu;

/**
 * e^x over an array, as softmax and the smooth activations need it. All forms give the same bits: the polynomial is
 * evaluated with the same fused operations, and sums and maxima are taken in sixteen columns, which are then joined as a
 * tree: the upper half with the lower until one is left.
 *
 * <p>e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2) / 2, and e^r by its Taylor polynomial of degree 7: the relative
 * error is below 2e-7. x is clamped to where 2^n can be written as the exponent of a float; n = -127 gives 0.
 */
public interface Exponentials {
    /** Columns of a sum; arrays are computed in multiples of it. */
    int COLUMNS = 16;

    /** Below this e^x is 0. */
    float LOWEST = -88;

    /** From here on e^x is infinite. */
    float HIGHEST = 88.8f;

    /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits of the mantissa. */
    float ROUNDER = 0x1.8p23f;

    /** 1 / ln 2. */
    float LOG2_E = 1.44269504f;

    /** Upper part of ln 2; its products with integers below 2^8 are exact. */
    float LN2_HIGH = 0x1.62e4p-1f;

    /** The rest of ln 2. */
    float LN2_LOW = (float) (0.6931471805599453 - LN2_HIGH);

    /** sqrt(1 / 2). */
    float SQRT_HALF = 0.70710678f;

    /** erfc(z) = (c1 t + c2 t^2 + ... + c5 t^5) e^(-z^2) with t = 1 / (1 + p z): p. */
    float ERFC_P = 0.3275911f;

    /** c1. */
    float ERFC_1 = 0.254829592f;

    /** c2. */
    float ERFC_2 = -0.284496736f;

    /** c3. */
    float ERFC_3 = 1.421413741f;

    /** c4. */
    float ERFC_4 = -1.453152027f;

    /** c5. */
    float ERFC_5 = 1.061405429f;

    /** The largest of x[at..at + n), n a positive multiple of 16; {@code columns} has room for sixteen. NaN may be passed over. */
    float maximum(float[] x, int at, int n, float[] columns);

    /** x[i] = e^(x[i] - shift) for i in at..at + n, n a multiple of 16; gives their sum. */
    float exponentials(float[] x, int at, int n, float shift, float[] columns);

    /** x[i] = 1 / (1 + e^-x[i]) for i in at..at + n, n a multiple of 16. */
    void logistic(float[] x, int at, int n);

    /**
     * x[i] = x[i] / 2 erfc(-x[i] / sqrt 2) for i in at..at + n, n a multiple of 16, with erfc by Abramowitz and Stegun
     * (1964), 7.1.26: absolute error below 2e-7 |x[i]| + 1e-7.
     */
    void gelu(float[] x, int at, int n);
}

package dev.cortado.engine.reference;

/** erf(x) = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x, to about 1e-15. */
final class ErrorFunction {
    private ErrorFunction() {}

    static double erf(double x) {
        return Math.abs(x) < 3 ? series(x) : Math.copySign(1 - complement(Math.abs(x)), x);
    }

    /** 2 / sqrt(pi) * e^-x^2 * sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)); Abramowitz and Stegun 7.1.6. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** 1 - erf(x) for x >= 3: the continued fraction e^-x^2 / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / ...))); 7.1.14. */
    private static double complement(double x) {
        double fraction = x;
        for (int k = 60; k >= 1; k--) {
            fraction = x + k / 2.0 / fraction;
        }
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
    }
}

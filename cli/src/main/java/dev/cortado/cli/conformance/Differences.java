package dev.cortado.cli.conformance;

/**
 * How far one row of numbers is from another.
 *
 * @param largest of all differences, NaN if any is
 * @param rms root of their mean square
 */
record Differences(double largest, double rms) {
    static Differences of(float[] found, float[] expected) {
        if (found.length != expected.length) {
            throw new IllegalArgumentException("%d numbers, expected %d".formatted(found.length, expected.length));
        }
        double largest = 0;
        double squares = 0;
        for (int i = 0; i < found.length; i++) {
            double difference = Math.abs((double) found[i] - expected[i]);
            largest = Math.max(largest, difference);
            squares += difference * difference;
        }
        return new Differences(largest, Math.sqrt(squares / Math.max(1, found.length)));
    }

    /** Notes the figures and whether they are within the allowance. */
    void note(Findings findings, String what, Allowance allowance) {
        findings.figures().largest("max abs", largest);
        findings.expect(
                largest <= allowance.largest(), "%s is off by %.3g, allowed %.3g", what, largest, allowance.largest());
        findings.expect(rms <= allowance.rms(), "%s is off by %.3g (rms), allowed %.3g", what, rms, allowance.rms());
    }

    /** Standard deviation. */
    static double deviation(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value;
        }
        mean /= Math.max(1, values.length);
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / Math.max(1, values.length));
    }
}

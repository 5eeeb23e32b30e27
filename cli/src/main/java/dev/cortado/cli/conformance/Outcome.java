package dev.cortado.cli.conformance;

/**
 * What came of a golden.
 *
 * @param verdict passed, failed, or could not be tried
 * @param figures what was measured
 * @param why the first thing that was wrong, or why it could not be tried; empty when it passed
 */
record Outcome(Verdict verdict, Figures figures, String why) {
    static Outcome unsupported(String why) {
        return new Outcome(Verdict.UNSUPPORTED, new Figures(), why);
    }

    static Outcome failed(String why) {
        return new Outcome(Verdict.FAIL, new Figures(), why);
    }
}

package dev.cortado.cli.conformance;

/** How a golden ended. */
enum Verdict {
    PASS,
    FAIL,
    /** It could not be tried; why is said beside it. */
    UNSUPPORTED
}

package dev.cortado.cli.conformance;

import java.io.IOException;

/** Data with known results. */
interface Golden {
    /** Path below the folder that is searched, and what of it where a file holds several. */
    String name();

    /**
     * Computes what the golden holds and compares. What it throws counts as failure.
     *
     * @param setup what computes, and where models are
     */
    Outcome check(Setup setup) throws IOException;
}

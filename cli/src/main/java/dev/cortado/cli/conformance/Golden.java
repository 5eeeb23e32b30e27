package dev.cortado.cli.conformance;

import java.io.IOException;
import java.util.Optional;

/** Data with known results. */
interface Golden {
    /** Path below the folder that is searched, and what of it where a file holds several. */
    String name();

    /** {@code general.architecture} of the model that it is about, if it is about one that can be found and read. */
    default Optional<String> architecture(Setup setup) throws IOException {
        return Optional.empty();
    }

    /**
     * Computes what the golden holds and compares. What it throws counts as failure.
     *
     * @param setup what computes, and where models are
     */
    Outcome check(Setup setup) throws IOException;
}

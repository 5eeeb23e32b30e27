package dev.cortado.engine.model;

import java.util.Optional;

/** How the hidden states of a text become one vector; GGUF's {@code <architecture>.pooling_type}. */
public enum Pooling {
    /** None is said: the last token's state. */
    NONE,
    /** The mean of all tokens' states. */
    MEAN,
    /** The first token's state. */
    CLS,
    /** The last token's state. */
    LAST,
    /** A score of how well a document answers a query, by a classification head: a vector of length 1 or of the classes. */
    RANK;

    /** The pooling with GGUF's number. */
    static Optional<Pooling> of(int id) {
        return id >= 0 && id < values().length ? Optional.of(values()[id]) : Optional.empty();
    }
}

package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;

/** The block of a layer that works on each token by itself. */
sealed interface FeedForward permits DenseFeedForward, MixtureOfExperts {
    /** What it adds to the residual, for each row of the normalised residual x; in {@link Buffer#FED}. */
    Activations apply(Pass pass, Activations x);
}

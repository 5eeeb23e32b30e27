package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/** The block of a layer that carries information from token to token. */
sealed interface Mixer permits SelfAttention, LatentAttention, SelectiveScan, ShortConvolution {
    /** What it adds to the residual, for each row of the normalised residual x; in {@link Buffer#MIXED}. */
    Activations apply(Pass pass, Activations x);

    /** Floats of key that it caches per token. */
    int cachedKeyWidth();

    /** Floats of value that it caches per token. */
    int cachedValueWidth();

    /** Floats of state that it keeps per sequence. */
    int stateSize();

    /** The rotation that cached keys were stored with, or null. */
    @Nullable Rope rope();

    /** Columns of a cached key head. */
    int headWidth();
}

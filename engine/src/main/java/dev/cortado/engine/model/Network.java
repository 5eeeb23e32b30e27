package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;

/** What a file's weights make: a decoder or an encoder. Immutable. */
sealed interface Network permits Decoder, Encoder {
    Layer[] layers();

    /** The last hidden state of each row of the pass, with the last norm. */
    Activations hidden(Pass pass);
}

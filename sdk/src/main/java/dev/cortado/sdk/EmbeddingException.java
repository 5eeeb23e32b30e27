package dev.cortado.sdk;

import java.io.Serial;

/** Texts that the model cannot embed as asked; the message says why. */
public final class EmbeddingException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1L;

    EmbeddingException(String reason) {
        super("Failed to generate embeddings: " + reason);
    }
}

package dev.cortado.sdk;

import java.io.Serial;

/** A model was used after it had been closed. */
public final class ClosedModelException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1L;

    ClosedModelException() {
        super("Attempted operation on a closed LLModel");
    }
}

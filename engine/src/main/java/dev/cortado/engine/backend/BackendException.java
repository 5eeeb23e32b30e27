package dev.cortado.engine.backend;

import java.io.Serial;

/** A device that cannot be opened or has failed; the message says which, why, and what helps. */
public final class BackendException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}

package dev.cortado.gguf;

import java.io.Serial;

/** A GGUF file that breaks the format, or lacks what its reader needs; the message names file, key or tensor, found and expected. */
public final class GgufFormatException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the file and the key or tensor, what was found and what was expected */
    public GgufFormatException(String message) {
        super(message);
    }

    /**
     * @param message as above
     * @param cause what went wrong below
     */
    public GgufFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}

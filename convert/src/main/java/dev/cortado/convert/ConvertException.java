package dev.cortado.convert;

import java.io.Serial;

/** A checkpoint that is damaged, incomplete or of a kind that cannot be converted; the message names the file and what in it. */
public final class ConvertException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the file, what was found and what was expected */
    public ConvertException(String message) {
        super(message);
    }

    /**
     * @param message as above
     * @param cause what went wrong below
     */
    public ConvertException(String message, Throwable cause) {
        super(message, cause);
    }
}

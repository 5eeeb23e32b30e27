package dev.cortado.sdk;

import java.io.Serial;

/** A prompt that the model cannot answer; the message says why. */
public final class PromptException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1L;

    PromptException(String reason) {
        super("prompt error: " + reason);
    }
}

package dev.cortado.sdk;

/** Why an answer ended. */
public enum FinishReason {
    /** The model ended its turn. */
    END_OF_TURN,
    /** A stop string was met. */
    STOP_STRING,
    /** The most tokens that were asked for. */
    LENGTH,
    /** The callback, or the consumer of the stream, had enough. */
    CANCELLED
}

package dev.cortado.sdk;

/** Sees each piece of an answer as it is generated. */
@FunctionalInterface
public interface TokenCallback {
    /**
     * Text became complete.
     *
     * @param token the token that completed it
     * @param text one or more whole characters, or empty for a token without text
     * @return whether to go on; the piece for which this is false still belongs to the answer
     */
    boolean onToken(int token, String text);
}

package dev.cortado.sdk;

/**
 * Text that became complete during a generation.
 *
 * @param token the token that completed it
 * @param text whole characters, or empty for a token without text
 */
record Emission(int token, String text) {}

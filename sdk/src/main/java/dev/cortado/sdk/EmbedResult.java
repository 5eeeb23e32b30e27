package dev.cortado.sdk;

/**
 * Embeddings and what they took.
 *
 * @param embeddings one vector of unit length per text, in the order of the texts
 * @param nPromptTokens tokens of all texts without prefix and special tokens; what lies in the overlap of two chunks counts
 *     twice
 */
public record EmbedResult(float[][] embeddings, int nPromptTokens) {}

package dev.cortado.engine.sampler;

/**
 * A say in every choice before anything else happens to the logits. {@link Float#NEGATIVE_INFINITY} forbids a token;
 * grammars work by forbidding.
 */
@FunctionalInterface
public interface LogitBias {
    /** No say. */
    LogitBias NONE = logits -> {};

    /** Changes the row in place; index = token. */
    void apply(float[] logits);
}

package dev.cortado.engine.sampler;

/** A step that leaves fewer candidates, or rescales them. At least one always stays. */
public sealed interface Narrowing permits TopK, TopP, MinP, Temperature {
    void apply(Candidates candidates);
}

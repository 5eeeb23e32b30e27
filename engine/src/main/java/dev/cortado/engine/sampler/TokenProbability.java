package dev.cortado.engine.sampler;

/** A token and the natural logarithm of its probability. */
public record TokenProbability(int token, float logProbability) {}

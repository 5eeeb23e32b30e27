package dev.cortado.engine.backend;

/** A short float32 vector of a model in its backend's memory: norm weights, biases, frequencies, attention sinks. */
public interface Parameter {
    /** Number of floats. */
    int length();
}

package dev.cortado.convert;

/** Is told how far a conversion is, on the converting thread; an exception it throws ends the conversion. */
@FunctionalInterface
public interface ConvertListener {
    /**
     * @param tensor GGUF name of the tensor being written
     * @param done weights written so far
     * @param total weights of the whole model
     */
    void progress(String tensor, long done, long total);
}

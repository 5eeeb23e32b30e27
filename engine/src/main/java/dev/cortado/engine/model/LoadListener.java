package dev.cortado.engine.model;

/** Hears how far the loading of a model is. An exception of its own ends the loading and reaches the caller of open. */
@FunctionalInterface
public interface LoadListener {
    /** Hears nothing. */
    LoadListener NONE = fraction -> {};

    /** @param fraction share of the weights that the backends have taken over, from 0 to 1; never falls */
    void loaded(double fraction);
}

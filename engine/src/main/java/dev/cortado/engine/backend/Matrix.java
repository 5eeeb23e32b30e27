package dev.cortado.engine.backend;

/**
 * A weight matrix in the form that its backend computes with (repacked, uploaded, or the file's own bytes). Row r
 * holds the weights of output r; a product maps [n x columns] to [n x rows].
 */
public interface Matrix {
    /** The tensor it was made from, for messages. */
    String name();

    /** Outputs. */
    int rows();

    /** Inputs. */
    int columns();
}

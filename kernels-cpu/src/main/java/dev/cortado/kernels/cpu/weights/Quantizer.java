package dev.cortado.kernels.cpu.weights;

/** A kernel: turns a row of inputs into 8-bit integers with scales. */
@FunctionalInterface
public interface Quantizer {
    /**
     * Sets all that {@code rows} holds of one token. A value is scaled so that the largest magnitude of its block
     * becomes 127, and rounded to nearest, ties to even.
     *
     * @param x the row begins at {@code x[at]}
     */
    void quantize(QuantizedRows rows, int token, float[] x, int at);
}

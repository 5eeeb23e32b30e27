package dev.cortado.kernels.cpu;

/**
 * e^x over an array, as softmax and the smooth activations need it. All forms give the same bits: the polynomial is
 * evaluated with the same fused operations, and sums are taken in sixteen columns which are then added as a tree.
 */
public interface Exponentials {
    /** Columns of a sum. */
    int COLUMNS = 16;

    /** Largest of x[at..at + n), n a positive multiple of 16. */
    float maximum(float[] x, int at, int n);

    /** x[i] = e^(x[i] - shift) for i in at..at + n, n a multiple of 16; returns the sum. Below e^-88 it is 0. */
    float exponentialSum(float[] x, int at, int n, float shift);

    /** x[i] = 1 / (1 + e^-x[i]) for i in at..at + n, n a multiple of 16. */
    void logistic(float[] x, int at, int n);
}

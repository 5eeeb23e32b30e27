package dev.cortado.kernels.cpu.weights;

/** A kernel: the product of interleaved weights with quantised inputs. */
@FunctionalInterface
public interface Product {
    /**
     * {@code y[at + t * stride + r] = row r * x[token + t]} for every row r of the groups, also of those that pad the
     * last one, and for as many tokens t as the kernel takes at once.
     *
     * @param weights address of the first group
     * @param groups groups of rows, side by side in memory
     * @param blocks blocks per row
     * @param scratch the calling thread's
     */
    void multiply(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int token,
            float[] y,
            int at,
            int stride,
            Scratch scratch);
}

package dev.cortado.kernels.cpu.weights;

/** A kernel: the product of interleaved weights with quantised inputs. */
@FunctionalInterface
public interface Product {
    /**
     * {@code y[at + t * stride + r] += row r * stretch t} for every row r of the groups, also of those that pad the last
     * one, and for as many tokens t as the kernel takes at once.
     *
     * @param weights address of the first group
     * @param groups groups of rows, side by side in memory
     * @param blocks blocks per row here, as many as the stretch of an input that they meet
     * @param firstBlock of all blocks of x the one that the first token's stretch begins with; the other tokens' stretches
     *     begin a row further on each
     * @param scratch the calling thread's
     */
    void add(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int firstBlock,
            float[] y,
            int at,
            int stride,
            Scratch scratch);
}

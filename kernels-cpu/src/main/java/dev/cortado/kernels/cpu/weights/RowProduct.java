package dev.cortado.kernels.cpu.weights;

/** A kernel: the dot product of one row of floating-point weights, as the file has it, with float32 inputs. */
@FunctionalInterface
public interface RowProduct {
    /**
     * {@code y[to + t * yStride]} = row times input t, for as many inputs as the kernel takes at once. Partial sums:
     * element k of the first {@code columns / (4 L) * 4 L} is added to sum {@code k % (4 L)} (L = lanes), the sums a, b,
     * c, d of L lanes each are added as {@code (a + b) + (c + d)}, the result's upper half to its lower half until one
     * is left, and then the remaining elements one after the other.
     *
     * @param weights address of the row
     * @param columns its weights
     * @param x address of the first input
     * @param xStride bytes from one input to the next
     * @param sums room for 4 L floats
     */
    void multiply(
            long weights,
            int columns,
            long x,
            long xStride,
            float[] y,
            int to,
            int yStride,
            float[] sums);
}

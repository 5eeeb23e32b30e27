package dev.cortado.gguf.quantization;

import org.jspecify.annotations.Nullable;

/**
 * The best ternary digits of a group of IQ1_S or IQ1_M before the codebook has its say. In ascending order the smallest
 * weights get digit 0, the next 1, the largest 2; every place of the two borders is tried, with every choice of shifts.
 *
 * @param scale of least squares, which may be negative
 * @param first place in the order where digit 1 begins
 * @param second place where digit 2 begins
 * @param shifts number of the choice of shifts
 */
record TernarySplit(float scale, int first, int second, int shifts) {
    /** Sums over a group for given borders and shifts, each weighed by how much an error counts. */
    interface Sums {
        /** Of weight times what its digit stands for. */
        float products(int first, int second, int shifts);

        /** Of the squares of what digits stand for. */
        float squares(int first, int second, int shifts);
    }

    /**
     * The best split of {@code n} weights with {@code choices} of shifts, or null where none is better than nothing.
     */
    static @Nullable TernarySplit best(int n, int choices, Sums sums) {
        TernarySplit split = null;
        float best = -Float.MAX_VALUE;
        for (int first = 0; first <= n; first++) {
            for (int second = first; second <= n; second++) {
                for (int shifts = 0; shifts < choices; shifts++) {
                    float products = sums.products(first, second, shifts);
                    float squares = sums.squares(first, second, shifts);
                    if (squares > 0 && products * products > best * squares) {
                        split = new TernarySplit(products / squares, first, second, shifts);
                        best = split.scale * products;
                    }
                }
            }
        }
        return split;
    }

    /** Whether digits are turned round, which makes a negative scale positive, and shifts change sides. */
    boolean mirrored() {
        return scale < 0;
    }

    /** Digits of the weights, for a scale that is positive. */
    byte[] digits(int[] order) {
        byte[] digits = new byte[order.length];
        for (int j = 0; j < order.length; j++) {
            int digit = j < first ? 0 : j < second ? 1 : 2;
            digits[order[j]] = (byte) (mirrored() ? 2 - digit : digit);
        }
        return digits;
    }

    /** Indices of {@code n} weights from {@code from} on, ascending by weight; equal ones stay in order. */
    static int[] order(float[] x, int from, int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int at = i;
            while (at > 0 && x[from + order[at - 1]] > x[from + i]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = i;
        }
        return order;
    }
}

package dev.cortado.gguf.quantization;

/**
 * The order and prefix sums in which IQ1_S and IQ1_M look for the best ternary digits of a group: after sorting, the
 * smallest weights get digit 0, the next 1, the largest 2, and every place of the two borders can be judged from the
 * sums.
 */
final class TernarySplit {
    private TernarySplit() {}

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

    /** Digits with borders before {@code first} and {@code second} in the order. */
    static void split(int[] order, int first, int second, byte[] digits) {
        for (int j = 0; j < order.length; j++) {
            digits[order[j]] = (byte) (j < first ? 0 : j < second ? 1 : 2);
        }
    }

    /** Turns every digit round: what a negative scale amounts to. */
    static void mirror(byte[] digits) {
        for (int j = 0; j < digits.length; j++) {
            digits[j] = (byte) (2 - digits[j]);
        }
    }
}

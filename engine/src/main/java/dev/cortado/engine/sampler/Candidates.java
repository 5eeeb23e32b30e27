package dev.cortado.engine.sampler;

import java.util.Arrays;

/**
 * The tokens that may come next, with their logits. Steps order a prefix, cut the rest off and rescale. One array,
 * reused for every token: each candidate is a long whose natural order is "higher logit first, then lower id", so
 * ordering is plain sorting of longs and ties never depend on the algorithm.
 */
public final class Candidates {
    /** Fewer are not worth to be sorted out in between. */
    private static final int LEAST_ROOM = 128;

    private long[] keys = new long[0];
    private double[] weights = new double[0];
    private int size;
    private int ordered;

    Candidates() {}

    /** Starts over with all tokens of a row of logits but those of -infinity. */
    void load(float[] logits) {
        load(logits, 0);
    }

    /**
     * Starts over with a row of logits; those of -infinity are left out.
     *
     * <p>Hardly any token of a vocabulary is among the best so far, which a CPU predicts: with a limit, one look at each is
     * enough. To select the best of all of them guesses at every step.
     *
     * @param limit the best that have to be among the candidates; all where it is 0 or negative
     * @throws IllegalStateException for a NaN, or when no token is left
     */
    void load(float[] logits, int limit) {
        int room = limit > 0 ? (int) Math.min(logits.length, Math.max(LEAST_ROOM, 2L * limit)) : logits.length;
        if (keys.length < room) {
            keys = new long[room];
        }
        int n = 0;
        float least = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            float logit = logits[id];
            if (!(logit <= least)) { // one comparison for the NaN as well
                if (Float.isNaN(logit)) {
                    throw new IllegalStateException("the logit of token " + id + " is not a number");
                }
                if (n == room) {
                    size = n;
                    select(0, limit);
                    n = limit;
                    least = logit(limit - 1);
                    if (logit <= least) {
                        continue;
                    }
                }
                keys[n++] = key(logit, id);
            }
        }
        if (n == 0) {
            throw new IllegalStateException("no token is allowed: all " + logits.length + " logits are -infinity");
        }
        size = n;
        ordered = 0;
    }

    /** Number of candidates. */
    public int size() {
        return size;
    }

    /** Token at a position; positions below what {@link #order} was asked for are best first. */
    public int id(int i) {
        return (int) keys[i];
    }

    /** Logit at a position. */
    public float logit(int i) {
        int bits = ~(int) (keys[i] >> 32);
        return Float.intBitsToFloat(bits ^ (bits >> 31 & Integer.MAX_VALUE));
    }

    /** Puts the best {@code n} candidates first, best of all at 0. */
    public void order(int n) {
        int wanted = Math.min(n, size);
        if (wanted <= ordered) {
            return;
        }
        if (wanted == ordered + 1) {
            bestFirst(ordered);
        } else if (wanted < size) {
            select(ordered, wanted);
        }
        Arrays.sort(keys, ordered, wanted);
        ordered = wanted;
    }

    /** Keeps the best {@code n}, at least one. */
    public void keep(int n) {
        int kept = Math.max(1, n);
        order(kept);
        size = Math.min(size, kept);
    }

    /** Leaves out all but the best whose logits are not at least the best one's plus {@code offset}; the order stays. */
    void drop(double offset) {
        order(1);
        double least = logit(0) + offset;
        int kept = 1;
        for (int i = 1; i < size; i++) {
            keys[kept] = keys[i];
            kept += logit(i) >= least ? 1 : 0;
        }
        size = kept;
        ordered = Math.min(ordered, kept);
    }

    /** Divides every logit by a positive temperature; the order stays. */
    void divide(float temperature) {
        for (int i = 0; i < size; i++) {
            keys[i] = key(logit(i) / temperature, id(i));
        }
    }

    /** Sum of exp(logit - max) over all candidates: the denominator of the softmax. */
    double partition() {
        order(1);
        float max = logit(0);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.exp(logit(i) - max);
        }
        return sum;
    }

    /** Draws from the softmax of what is left; {@code uniform} is in [0, 1). */
    int draw(double uniform) {
        if (weights.length < size) {
            weights = new double[size];
        }
        order(1);
        float max = logit(0);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.exp(logit(i) - max);
            weights[i] = sum;
        }
        int i = Arrays.binarySearch(weights, 0, size, uniform * sum);
        int chosen = i >= 0 ? i + 1 : -i - 1; // first whose cumulative weight exceeds the draw
        return id(Math.min(chosen, size - 1));
    }

    /** Best logit highest key bits inverted, so that ascending order is best first; -0 counts as 0. */
    private static long key(float logit, int id) {
        int bits = Float.floatToRawIntBits(logit + 0f);
        int sortable = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ~sortable << 32 | id;
    }

    private void bestFirst(int from) {
        int best = from;
        for (int i = from + 1; i < size; i++) {
            if (keys[i] < keys[best]) {
                best = i;
            }
        }
        long swap = keys[from];
        keys[from] = keys[best];
        keys[best] = swap;
    }

    /**
     * Quickselect: moves the smallest keys of [from, size) to [from, to), the largest of them to to - 1. Hoare's
     * partition, median of three.
     */
    private void select(int from, int to) {
        int lo = from;
        int hi = size - 1;
        while (lo < hi) {
            long pivot = median(keys[lo], keys[lo + hi >>> 1], keys[hi]);
            int i = lo;
            int j = hi;
            while (i <= j) {
                while (keys[i] < pivot) {
                    i++;
                }
                while (keys[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    long swap = keys[i];
                    keys[i++] = keys[j];
                    keys[j--] = swap;
                }
            }
            if (to - 1 <= j) {
                hi = j;
            } else if (to - 1 >= i) {
                lo = i;
            } else {
                return;
            }
        }
    }

    private static long median(long a, long b, long c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}

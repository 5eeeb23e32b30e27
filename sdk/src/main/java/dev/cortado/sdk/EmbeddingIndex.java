package dev.cortado.sdk;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Vectors that are searched by similarity, all of them, which is exact and for up to a million vectors fast enough. Holds
 * them in one array. Thread-safe.
 */
public final class EmbeddingIndex {
    /** Independent sums that the JIT compiler keeps in one vector register. */
    private static final int LANES = 16;

    private final float[] vectors;
    private final int width;
    private final int count;

    private EmbeddingIndex(float[] vectors, int width, int count) {
        this.vectors = vectors;
        this.width = width;
        this.count = count;
    }

    /**
     * A vector that was found.
     *
     * @param index its place
     * @param similarity dot product, which is the cosine for vectors of unit length
     */
    public record Match(int index, float similarity) {}

    /** An index of vectors of equal length. */
    public static EmbeddingIndex of(float[][] vectors) {
        int width = vectors.length == 0 ? 0 : vectors[0].length;
        float[] all = new float[Math.multiplyExact(width, vectors.length)];
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].length != width) {
                throw new IllegalArgumentException(
                        "vector %d has %d dimensions, the first has %d".formatted(i, vectors[i].length, width));
            }
            System.arraycopy(vectors[i], 0, all, i * width, width);
        }
        return new EmbeddingIndex(all, width, vectors.length);
    }

    /** The {@code k} vectors most similar to the query, best first; of equals the one that stands first. */
    public List<Match> topK(float[] query, int k) {
        if (count > 0 && query.length != width) {
            throw new IllegalArgumentException(
                    "the query has %d dimensions, the vectors have %d".formatted(query.length, width));
        }
        Comparator<Match> worstFirst =
                Comparator.comparingDouble(Match::similarity).thenComparing(Match::index, Comparator.reverseOrder());
        PriorityQueue<Match> best = new PriorityQueue<>(worstFirst);
        for (int i = 0; i < count; i++) {
            best.add(new Match(i, dot(vectors, i * width, query, width)));
            if (best.size() > k) {
                best.poll();
            }
        }
        return best.stream().sorted(worstFirst.reversed()).toList();
    }

    /** Cosine of the angle between two vectors. */
    public static float similarity(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("%d and %d dimensions".formatted(a.length, b.length));
        }
        double norms = Math.sqrt((double) dot(a, 0, a, a.length) * dot(b, 0, b, b.length));
        return norms == 0 ? 0 : (float) (dot(a, 0, b, a.length) / norms);
    }

    private static float dot(float[] a, int at, float[] b, int length) {
        float[] sums = new float[LANES];
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[lane] += a[at + i + lane] * b[i + lane];
            }
        }
        float sum = 0;
        for (; i < length; i++) {
            sum += a[at + i] * b[i];
        }
        for (float lane : sums) {
            sum += lane;
        }
        return sum;
    }
}

package dev.cortado.gguf.quantization;

import java.util.Arrays;

/**
 * Finds points of a {@link Codebook}. Any combination of level numbers has a key, the number with these digits, the
 * first one lowest; an entry tells which point it is, or which points are near it: those at the few smallest distances,
 * nearest first. Distances are taken between level numbers, times two.
 */
final class CodebookIndex {
    private final Codebook codebook;
    private final int[] pointOfKey;
    private final short[][] nearKey;

    /** Lists as near the points at the {@code distances} smallest distances. */
    CodebookIndex(Codebook codebook, int distances) {
        this.codebook = codebook;
        int keys = (int) Math.pow(codebook.levels(), codebook.dimensions());
        pointOfKey = new int[keys];
        nearKey = new short[keys][];
        Arrays.fill(pointOfKey, -1);
        for (int point = 0; point < codebook.size(); point++) {
            pointOfKey[key(codebook.digits(), point * codebook.dimensions())] = point;
        }
        int[] distance = new int[codebook.size()];
        for (int key = 0; key < keys; key++) {
            nearKey[key] = pointOfKey[key] < 0 ? near(key, distances, distance) : new short[0];
        }
    }

    Codebook codebook() {
        return codebook;
    }

    /** The key of the level numbers from {@code from} on. */
    int key(byte[] digits, int from) {
        int key = 0;
        for (int j = codebook.dimensions() - 1; j >= 0; j--) {
            key = key * codebook.levels() + digits[from + j];
        }
        return key;
    }

    /** The point with this key, or -1. */
    int point(int key) {
        return pointOfKey[key];
    }

    /**
     * Of the points near {@code key} the one with the smallest sum of {@code weights * (scale * value - x)^2}.
     *
     * @param x the weights from {@code from} on
     * @param weights indexed like x
     * @param values what a level number stands for
     */
    int nearest(int key, float[] x, int from, float[] weights, int weightsFrom, float scale, float[] values) {
        float least = Float.MAX_VALUE;
        int nearest = nearKey[key][0];
        for (short point : nearKey[key]) {
            float distance = 0;
            for (int j = 0; j < codebook.dimensions(); j++) {
                float value = values[codebook.digits()[codebook.dimensions() * point + j]];
                float difference = scale * value - x[from + j];
                distance += weights[weightsFrom + j] * difference * difference;
            }
            if (distance < least) {
                least = distance;
                nearest = point;
            }
        }
        return nearest;
    }

    private short[] near(int key, int distances, int[] distance) {
        int[] perDistance = new int[4 * codebook.dimensions() * codebook.levels() * codebook.levels()];
        for (int point = 0; point < distance.length; point++) {
            distance[point] = distance(key, point);
            perDistance[distance[point]]++;
        }
        int count = 0;
        int farthest = -1;
        for (int found = 0; found < distances && farthest + 1 < perDistance.length; ) {
            farthest++;
            if (perDistance[farthest] > 0) {
                count += perDistance[farthest];
                found++;
            }
        }
        return collect(distance, perDistance, farthest, count);
    }

    /** The points no farther than {@code farthest} by distance, those at the same distance by number. */
    private static short[] collect(int[] distance, int[] perDistance, int farthest, int count) {
        int[] next = new int[farthest + 1];
        for (int d = 1; d <= farthest; d++) {
            next[d] = next[d - 1] + perDistance[d - 1];
        }
        short[] points = new short[count];
        for (int point = 0; point < distance.length; point++) {
            if (distance[point] <= farthest) {
                points[next[distance[point]]++] = (short) point;
            }
        }
        return points;
    }

    private int distance(int key, int point) {
        int sum = 0;
        int rest = key;
        for (int j = 0; j < codebook.dimensions(); j++) {
            int difference = 2 * (rest % codebook.levels() - codebook.digits()[codebook.dimensions() * point + j]);
            sum += difference * difference;
            rest /= codebook.levels();
        }
        return sum;
    }
}

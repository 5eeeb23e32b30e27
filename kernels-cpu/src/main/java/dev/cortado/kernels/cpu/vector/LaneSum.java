package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * The sum of a vector's lanes in one order: the upper half is added to the lower until one is left. {@code
 * reduceLanes} promises no order.
 */
final class LaneSum {
    static final VectorShuffle<Float> BY_8 = turn(8);
    static final VectorShuffle<Float> BY_4 = turn(4);
    static final VectorShuffle<Float> BY_2 = turn(2);
    static final VectorShuffle<Float> BY_1 = turn(1);

    private LaneSum() {}

    private static VectorShuffle<Float> turn(int lanes) {
        return VectorShuffle.fromOp(F, i -> (i + lanes) % LANES);
    }

    /**
     * Sets {@code x[at + t]} to the sum of {@code x[at + t * LANES...]}, LANES of them, for t below 8. In plain adds, which
     * are as fast as to shuffle eight vectors into one, and cannot leave one on the heap.
     */
    static void ofEight(float[] x, int at) {
        for (int t = 0; t < 8; t++) {
            int p = at + t * LANES;
            if (LANES == 16) {
                float even = ((x[p] + x[p + 8]) + (x[p + 4] + x[p + 12])) + ((x[p + 2] + x[p + 10]) + (x[p + 6] + x[p + 14]));
                float odd = ((x[p + 1] + x[p + 9]) + (x[p + 5] + x[p + 13])) + ((x[p + 3] + x[p + 11]) + (x[p + 7] + x[p + 15]));
                x[at + t] = even + odd;
            } else if (LANES == 8) {
                x[at + t] = ((x[p] + x[p + 4]) + (x[p + 2] + x[p + 6])) + ((x[p + 1] + x[p + 5]) + (x[p + 3] + x[p + 7]));
            } else {
                x[at + t] = (x[p] + x[p + 2]) + (x[p + 1] + x[p + 3]);
            }
        }
    }

    /** The sum of x[at] to x[at + LANES - 1]; an array, because a vector that is handed to a method is an object. */
    static float of(float[] x, int at) {
        FloatVector v = FloatVector.fromArray(F, x, at);
        if (LANES > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (LANES > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        return v.add(v.rearrange(BY_1)).lane(0);
    }
}

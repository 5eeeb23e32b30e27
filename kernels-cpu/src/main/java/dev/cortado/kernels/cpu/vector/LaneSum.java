package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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

    /**
     * Neighbouring parts of a vector change places, and which lanes are the second of such parts. With these the sums of
     * several vectors are made at once: of a and b become one vector, a's half sums in its lower half and b's in its
     * upper, by {@code a.blend(b, HALF).add(b.blend(a, HALF).rearrange(HALVES))}, and so on with smaller parts.
     */
    static final VectorShuffle<Float> HALVES = swap(LANES / 2);

    static final VectorMask<Float> HALF = second(LANES / 2);
    static final VectorShuffle<Float> QUARTERS = swap(LANES / 4);
    static final VectorMask<Float> QUARTER = second(LANES / 4);
    /** Of vectors of more than four lanes. */
    static final VectorShuffle<Float> EIGHTHS = swap(LANES / 8);

    static final VectorMask<Float> EIGHTH = second(LANES / 8);

    private LaneSum() {}

    private static VectorShuffle<Float> turn(int lanes) {
        return VectorShuffle.fromOp(F, i -> (i + lanes) % LANES);
    }

    private static VectorShuffle<Float> swap(int lanes) {
        return VectorShuffle.fromOp(F, i -> i ^ lanes);
    }

    private static VectorMask<Float> second(int lanes) {
        boolean[] second = new boolean[LANES];
        for (int i = 0; i < LANES; i++) {
            second[i] = (i & lanes) != 0;
        }
        return VectorMask.fromArray(F, second, 0);
    }

    /**
     * Where the sum of vector t of four lies when halves, quarters and eighths were joined in this order; that of its
     * neighbour lies half a vector further. With four lanes, odd vectors are a vector of their own.
     */
    static int placeOfFour(int t) {
        return t / 2 * (LANES / 4) + t % 2 * (LANES > 4 ? LANES / 8 : LANES);
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

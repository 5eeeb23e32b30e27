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
    private static final VectorShuffle<Float> HALVES = swap(LANES / 2);

    private static final VectorMask<Float> HALF = second(LANES / 2);
    private static final VectorShuffle<Float> QUARTERS = swap(LANES / 4);
    private static final VectorMask<Float> QUARTER = second(LANES / 4);
    /** Of vectors of more than four lanes. */
    private static final VectorShuffle<Float> EIGHTHS = swap(LANES / 8);

    private static final VectorMask<Float> EIGHTH = second(LANES / 8);

    /** Brings the sums of eight vectors, of which each has a half, a quarter and an eighth, into their order. */
    private static final VectorShuffle<Float> IN_ORDER = VectorShuffle.fromOp(
            F, t -> (t >> 1 & 1) * (LANES / 2) + (t & 1) * (LANES / 4) + (t >> 2 & 1) * (LANES / 8));

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

    /** Sets {@code x[at + t]} to the sum of the lanes of {@code x[at + t * LANES...]}, for t below 8. */
    static void ofEight(float[] x, int at) {
        FloatVector a = FloatVector.fromArray(F, x, at);
        FloatVector b = FloatVector.fromArray(F, x, at + LANES);
        FloatVector c = FloatVector.fromArray(F, x, at + 2 * LANES);
        FloatVector d = FloatVector.fromArray(F, x, at + 3 * LANES);
        FloatVector e = FloatVector.fromArray(F, x, at + 4 * LANES);
        FloatVector f = FloatVector.fromArray(F, x, at + 5 * LANES);
        FloatVector g = FloatVector.fromArray(F, x, at + 6 * LANES);
        FloatVector h = FloatVector.fromArray(F, x, at + 7 * LANES);
        a = a.blend(c, HALF).add(c.blend(a, HALF).rearrange(HALVES));
        b = b.blend(d, HALF).add(d.blend(b, HALF).rearrange(HALVES));
        e = e.blend(g, HALF).add(g.blend(e, HALF).rearrange(HALVES));
        f = f.blend(h, HALF).add(h.blend(f, HALF).rearrange(HALVES));
        a = a.blend(b, QUARTER).add(b.blend(a, QUARTER).rearrange(QUARTERS));
        e = e.blend(f, QUARTER).add(f.blend(e, QUARTER).rearrange(QUARTERS));
        if (LANES == 4) {
            a.intoArray(x, at);
            e.intoArray(x, at + 4);
            return;
        }
        a = a.blend(e, EIGHTH).add(e.blend(a, EIGHTH).rearrange(EIGHTHS));
        if (LANES > 8) {
            a = a.add(a.rearrange(BY_1));
        }
        a.rearrange(IN_ORDER).intoArray(x, at);
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

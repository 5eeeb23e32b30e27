package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The largest of a vector's lanes, joined as {@link LaneSum} joins them.
 */
final class LaneMaximum {
    private LaneMaximum() {}

    /** The largest of x[at] to x[at + LANES - 1]. */
    static float of(float[] x, int at) {
        FloatVector v = FloatVector.fromArray(F, x, at);
        FloatVector w;
        if (LANES > 8) {
            w = v.rearrange(LaneSum.BY_8);
            v = v.blend(w, w.compare(VectorOperators.GT, v));
        }
        if (LANES > 4) {
            w = v.rearrange(LaneSum.BY_4);
            v = v.blend(w, w.compare(VectorOperators.GT, v));
        }
        w = v.rearrange(LaneSum.BY_2);
        v = v.blend(w, w.compare(VectorOperators.GT, v));
        w = v.rearrange(LaneSum.BY_1);
        return v.blend(w, w.compare(VectorOperators.GT, v)).lane(0);
    }
}

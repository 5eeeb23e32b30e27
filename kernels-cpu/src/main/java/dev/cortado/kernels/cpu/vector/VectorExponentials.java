package dev.cortado.kernels.cpu.vector;

import dev.cortado.kernels.cpu.Exponentials;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The exponentials in vectors. */
public final class VectorExponentials implements Exponentials {
    private static final VectorSpecies<Float> F = Species.F;
    private static final int LANES = F.length();

    /** Stateless. */
    public VectorExponentials() {}

    /**
     * x[i] = e^(sign * x[i] - shift), for i from {@code at} below {@code at + n}. Vectors stay within this method: one that
     * is given to another may become an object, if C2 compiled the other by itself first. So {@link #gelu} repeats it.
     */
    private static void exp(float[] x, int at, int n, float sign, float shift) {
        for (int i = at; i < at + n; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, i).mul(sign).sub(shift);
            // a comparison and a blend: the vectors' own max and min take six instructions each, for NaN and the sign of zero
            FloatVector clamped = v.blend(LOWEST, v.compare(VectorOperators.LT, LOWEST));
            clamped = clamped.blend(HIGHEST, clamped.compare(VectorOperators.GT, HIGHEST));
            FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
            FloatVector whole = shifted.sub(ROUNDER);
            FloatVector r = whole.fma(FloatVector.broadcast(F, -LN2_HIGH), clamped);
            r = whole.fma(FloatVector.broadcast(F, -LN2_LOW), r);
            FloatVector p = r.fma(1f / 5040, 1f / 720);
            p = p.fma(r, FloatVector.broadcast(F, 1f / 120));
            p = p.fma(r, FloatVector.broadcast(F, 1f / 24));
            p = p.fma(r, FloatVector.broadcast(F, 1f / 6));
            p = p.fma(r, FloatVector.broadcast(F, 0.5f));
            p = p.fma(r, FloatVector.broadcast(F, 1f));
            p = p.fma(r, FloatVector.broadcast(F, 1f));
            // FloatVector's own: reinterpretAsInts is one method for all lanes, and is inlined while it meets two types at most
            p.mul(shifted.viewAsIntegralLanes()
                            .lanewise(VectorOperators.LSHL, 23)
                            .add(127 << 23)
                            .reinterpretAsFloats())
                    .intoArray(x, i);
        }
    }

    @Override
    public float maximum(float[] x, int at, int n, float[] columns) {
        for (int c = 0; c < COLUMNS; c += LANES) {
            FloatVector m = FloatVector.fromArray(F, x, at + c);
            for (int i = at + c + COLUMNS; i < at + n; i += COLUMNS) {
                FloatVector v = FloatVector.fromArray(F, x, i);
                // what goes round the loop is an argument, see CONTRIBUTING.md; not LE, which a NaN decides otherwise
                m = v.blend(m, v.compare(VectorOperators.GT, m).not());
            }
            m.intoArray(columns, c);
        }
        for (int half = COLUMNS / 2; half >= LANES; half /= 2) {
            for (int c = 0; c < half; c++) {
                columns[c] = columns[c + half] > columns[c] ? columns[c + half] : columns[c];
            }
        }
        return LaneMaximum.of(columns, 0);
    }

    @Override
    public float exponentials(float[] x, int at, int n, float shift, float[] columns) {
        exp(x, at, n, 1, shift);
        for (int c = 0; c < COLUMNS; c += LANES) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = at + c; i < at + n; i += COLUMNS) {
                sum = FloatVector.fromArray(F, x, i).add(sum);
            }
            sum.intoArray(columns, c);
        }
        for (int half = COLUMNS / 2; half >= LANES; half /= 2) {
            for (int c = 0; c < half; c++) {
                columns[c] += columns[c + half];
            }
        }
        return LaneSum.of(columns, 0);
    }

    @Override
    public void logistic(float[] x, int at, int n) {
        exp(x, at, n, -1, 0);
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = at; i < at + n; i += LANES) {
            one.div(one.add(FloatVector.fromArray(F, x, i))).intoArray(x, i);
        }
    }

    @Override
    public void gelu(float[] x, int at, int n) {
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = at; i < at + n; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, i);
            FloatVector z = v.abs().mul(SQRT_HALF);
            FloatVector t = one.div(z.fma(ERFC_P, 1f));
            FloatVector p = t.fma(ERFC_5, ERFC_4);
            p = p.fma(t, FloatVector.broadcast(F, ERFC_3));
            p = p.fma(t, FloatVector.broadcast(F, ERFC_2));
            p = p.fma(t, FloatVector.broadcast(F, ERFC_1));
            FloatVector y = z.mul(z).neg();
            FloatVector clamped = y.blend(LOWEST, y.compare(VectorOperators.LT, LOWEST));
            clamped = clamped.blend(HIGHEST, clamped.compare(VectorOperators.GT, HIGHEST));
            FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
            FloatVector whole = shifted.sub(ROUNDER);
            FloatVector r = whole.fma(FloatVector.broadcast(F, -LN2_HIGH), clamped);
            r = whole.fma(FloatVector.broadcast(F, -LN2_LOW), r);
            FloatVector e = r.fma(1f / 5040, 1f / 720);
            e = e.fma(r, FloatVector.broadcast(F, 1f / 120));
            e = e.fma(r, FloatVector.broadcast(F, 1f / 24));
            e = e.fma(r, FloatVector.broadcast(F, 1f / 6));
            e = e.fma(r, FloatVector.broadcast(F, 0.5f));
            e = e.fma(r, FloatVector.broadcast(F, 1f));
            e = e.fma(r, FloatVector.broadcast(F, 1f));
            e = e.mul(shifted.viewAsIntegralLanes()
                    .lanewise(VectorOperators.LSHL, 23)
                    .add(127 << 23)
                    .reinterpretAsFloats());
            FloatVector tail = p.mul(t).mul(e);
            FloatVector rest = FloatVector.broadcast(F, 2).sub(tail);
            v.mul(0.5f)
                    .mul(rest.blend(tail, v.compare(VectorOperators.LT, 0f)))
                    .intoArray(x, i);
        }
    }
}

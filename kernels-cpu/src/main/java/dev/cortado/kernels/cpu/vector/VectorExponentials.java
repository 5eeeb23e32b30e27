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

    /** e^x of each lane. */
    private static FloatVector exp(FloatVector x) {
        // a comparison and a blend: the vectors' own max and min take six instructions each, for NaN and the sign of zero
        FloatVector clamped = x.blend(LOWEST, x.compare(VectorOperators.LT, LOWEST));
        clamped = clamped.blend(HIGHEST, clamped.compare(VectorOperators.GT, HIGHEST));
        FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(F, -LN2_HIGH), clamped);
        r = n.fma(FloatVector.broadcast(F, -LN2_LOW), r);
        FloatVector p = r.fma(1f / 5040, 1f / 720);
        p = p.fma(r, FloatVector.broadcast(F, 1f / 120));
        p = p.fma(r, FloatVector.broadcast(F, 1f / 24));
        p = p.fma(r, FloatVector.broadcast(F, 1f / 6));
        p = p.fma(r, FloatVector.broadcast(F, 0.5f));
        p = p.fma(r, FloatVector.broadcast(F, 1f));
        p = p.fma(r, FloatVector.broadcast(F, 1f));
        return p.mul(shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(127 << 23)
                .reinterpretAsFloats());
    }

    @Override
    public float maximum(float[] x, int at, int n, float[] columns) {
        for (int c = 0; c < COLUMNS; c += LANES) {
            FloatVector m = FloatVector.fromArray(F, x, at + c);
            for (int i = at + c + COLUMNS; i < at + n; i += COLUMNS) {
                FloatVector v = FloatVector.fromArray(F, x, i);
                m = m.blend(v, v.compare(VectorOperators.GT, m));
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
        for (int c = 0; c < COLUMNS; c += LANES) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = at + c; i < at + n; i += COLUMNS) {
                FloatVector e = exp(FloatVector.fromArray(F, x, i).sub(shift));
                e.intoArray(x, i);
                sum = sum.add(e);
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
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = at; i < at + n; i += LANES) {
            FloatVector e = exp(FloatVector.fromArray(F, x, i).neg());
            one.div(one.add(e)).intoArray(x, i);
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
            FloatVector tail = p.mul(t).mul(exp(z.mul(z).neg()));
            FloatVector rest = FloatVector.broadcast(F, 2).sub(tail);
            v.mul(0.5f)
                    .mul(rest.blend(tail, v.compare(VectorOperators.LT, 0f)))
                    .intoArray(x, i);
        }
    }
}

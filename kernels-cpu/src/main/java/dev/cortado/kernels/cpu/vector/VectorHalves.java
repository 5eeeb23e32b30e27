package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S_PER_LANE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.cortado.kernels.cpu.Halves;
import dev.cortado.kernels.cpu.Tile;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Halves in vectors: one becomes a float by moving its bits and scaling by 2^112, in registers, not in a panel that is
 * written and read again. Three rows meet four vectors, with 16 registers two; rows that a last three lacks are the last
 * row again, and write its sums again.
 */
public final class VectorHalves implements Halves {
    /** Stateless. */
    public VectorHalves() {}

    @Override
    public void add(
            short[] halves,
            int at,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        for (int row = 0; row < rows; row += 3) {
            int second = Math.min(row + 1, rows - 1);
            int third = Math.min(row + 2, rows - 1);
            int x0 = xAt + row * xStride;
            int x1 = xAt + second * xStride;
            int x2 = xAt + third * xStride;
            int c0 = sumsAt + row * sumsStride;
            int c1 = sumsAt + second * sumsStride;
            int c2 = sumsAt + third * sumsStride;
            if (VectorTile.MANY_REGISTERS) {
                for (int c = 0; c < COLUMNS; c += 4 * LANES) {
                    threeByFour(halves, at + c, x, x0, x1, x2, depth, sums, c0 + c, c1 + c, c2 + c);
                }
            } else {
                for (int c = 0; c < COLUMNS; c += 2 * LANES) {
                    threeByTwo(halves, at + c, x, x0, x1, x2, depth, sums, c0 + c, c1 + c, c2 + c);
                }
            }
        }
    }

    @Override
    public void strip(short[] halves, int at, int lines, float[] panel, int to) {
        for (int c = 0; c < Tile.STRIP; c += LANES) {
            for (int k = 0; k < lines; k++) {
                ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, at + c + k * COLUMNS)
                                .convertShape(S2I, I, 0))
                        .lanewise(LSHL, 13)
                        .and(0x8FFFE000)
                        .reinterpretAsFloats()
                        .mul(0x1p112f)
                        .intoArray(panel, to + c + k * Tile.STRIP);
            }
        }
    }

    /** Three rows times four vectors of every line. */
    private static void threeByFour(
            short[] halves,
            int at,
            float[] x,
            int x0,
            int x1,
            int x2,
            int depth,
            float[] c,
            int c0,
            int c1,
            int c2) {
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector s02 = FloatVector.fromArray(F, c, c0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(F, c, c0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector s12 = FloatVector.fromArray(F, c, c1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(F, c, c1 + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s21 = FloatVector.fromArray(F, c, c2 + LANES);
        FloatVector s22 = FloatVector.fromArray(F, c, c2 + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(F, c, c2 + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            int p = at + COLUMNS * k;
            FloatVector w0 = ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, p)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector w1 = ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, p + LANES)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector w2 = ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, p + 2 * LANES)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector w3 = ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, p + 3 * LANES)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector t = FloatVector.broadcast(F, x[x0 + k]);
            s00 = w0.fma(t, s00);
            s01 = w1.fma(t, s01);
            s02 = w2.fma(t, s02);
            s03 = w3.fma(t, s03);
            t = FloatVector.broadcast(F, x[x1 + k]);
            s10 = w0.fma(t, s10);
            s11 = w1.fma(t, s11);
            s12 = w2.fma(t, s12);
            s13 = w3.fma(t, s13);
            t = FloatVector.broadcast(F, x[x2 + k]);
            s20 = w0.fma(t, s20);
            s21 = w1.fma(t, s21);
            s22 = w2.fma(t, s22);
            s23 = w3.fma(t, s23);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s13.intoArray(c, c1 + 3 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s23.intoArray(c, c2 + 3 * LANES);
    }

    /** Three rows times two vectors of every line. */
    private static void threeByTwo(
            short[] halves,
            int at,
            float[] x,
            int x0,
            int x1,
            int x2,
            int depth,
            float[] c,
            int c0,
            int c1,
            int c2) {
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s21 = FloatVector.fromArray(F, c, c2 + LANES);
        for (int k = 0; k < depth; k++) {
            int p = at + COLUMNS * k;
            FloatVector w0 = ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, p)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector w1 = ((IntVector) ShortVector.fromArray(S_PER_LANE, halves, p + LANES)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8FFFE000)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            FloatVector t = FloatVector.broadcast(F, x[x0 + k]);
            s00 = w0.fma(t, s00);
            s01 = w1.fma(t, s01);
            t = FloatVector.broadcast(F, x[x1 + k]);
            s10 = w0.fma(t, s10);
            s11 = w1.fma(t, s11);
            t = FloatVector.broadcast(F, x[x2 + k]);
            s20 = w0.fma(t, s20);
            s21 = w1.fma(t, s21);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
    }
}

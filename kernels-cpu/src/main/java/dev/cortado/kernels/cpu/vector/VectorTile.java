package dev.cortado.kernels.cpu.vector;

import dev.cortado.kernels.cpu.Tile;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tile in vectors: as many sums as stay in registers, while each weight and each input is loaded once for several.
 * With 32 registers that is six rows times four vectors (Zen 4, 512 bits, one thread: 111 GFLOP/s, 103 with four rows,
 * of a peak of 117), with 16 registers six rows times two (256 bits: 105 to 110). Where rows or vectors are missing, the
 * last ones are computed several times: that costs a few multiplications, while each further form would be one more
 * for C2 to compile before a first prompt.
 */
public final class VectorTile implements Tile {
    private static final VectorSpecies<Float> F = Species.F;
    private static final int LANES = F.length();
    private static final int ROWS = 6;

    /** AVX-512 and every 64-bit ARM have 32 vector registers. */
    static final boolean MANY_REGISTERS = FloatVector.SPECIES_MAX.length() >= 16
            || System.getProperty("os.arch").equals("aarch64");

    /** Stateless. */
    public VectorTile() {}

    @Override
    public void add(
            float[] panel,
            int at,
            int gap,
            int strips,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        int columns = strips * STRIP;
        int wide = MANY_REGISTERS ? columns / (4 * LANES) * (4 * LANES) : 0;
        for (int row = 0; row < rows; row += ROWS) {
            int x0 = xAt + row * xStride;
            int left = rows - row;
            int c = sumsAt + row * sumsStride;
            for (int column = 0; column < wide; column += 4 * LANES) {
                int p = at + offset(column, gap);
                int o1 = at + offset(column + LANES, gap) - p;
                int o2 = at + offset(column + 2 * LANES, gap) - p;
                int o3 = at + offset(column + 3 * LANES, gap) - p;
                sixByFour(panel, p, o1, o2, o3, x, x0, xStride, left, depth, sums, c + column, sumsStride);
            }
            for (int column = wide; column < columns; column += 2 * LANES) {
                int second = Math.min(column + LANES, columns - LANES);
                int p = at + offset(column, gap);
                int o1 = at + offset(second, gap) - p;
                sixByTwo(panel, p, o1, x, x0, xStride, left, depth, sums, c + column, second - column, sumsStride);
            }
        }
    }

    /** Where a column begins in a panel whose strips are {@code gap} floats apart. */
    private static int offset(int column, int gap) {
        return column / STRIP * gap + column % STRIP;
    }

    /** Six rows, of which {@code left} are there, times vectors at panel[at], [at + o1], [at + o2] and [at + o3]. */
    private static void sixByFour(
            float[] panel,
            int at,
            int o1,
            int o2,
            int o3,
            float[] x,
            int x0,
            int xStride,
            int left,
            int depth,
            float[] c,
            int c0,
            int cStride) {
        int x1 = left > 1 ? x0 + xStride : x0;
        int x2 = left > 2 ? x1 + xStride : x1;
        int x3 = left > 3 ? x2 + xStride : x2;
        int x4 = left > 4 ? x3 + xStride : x3;
        int x5 = left > 5 ? x4 + xStride : x4;
        int c1 = left > 1 ? c0 + cStride : c0;
        int c2 = left > 2 ? c1 + cStride : c1;
        int c3 = left > 3 ? c2 + cStride : c2;
        int c4 = left > 4 ? c3 + cStride : c3;
        int c5 = left > 5 ? c4 + cStride : c4;
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
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        FloatVector s31 = FloatVector.fromArray(F, c, c3 + LANES);
        FloatVector s32 = FloatVector.fromArray(F, c, c3 + 2 * LANES);
        FloatVector s33 = FloatVector.fromArray(F, c, c3 + 3 * LANES);
        FloatVector s40 = FloatVector.fromArray(F, c, c4);
        FloatVector s41 = FloatVector.fromArray(F, c, c4 + LANES);
        FloatVector s42 = FloatVector.fromArray(F, c, c4 + 2 * LANES);
        FloatVector s43 = FloatVector.fromArray(F, c, c4 + 3 * LANES);
        FloatVector s50 = FloatVector.fromArray(F, c, c5);
        FloatVector s51 = FloatVector.fromArray(F, c, c5 + LANES);
        FloatVector s52 = FloatVector.fromArray(F, c, c5 + 2 * LANES);
        FloatVector s53 = FloatVector.fromArray(F, c, c5 + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            int p = at + STRIP * k;
            FloatVector w0 = FloatVector.fromArray(F, panel, p);
            FloatVector w1 = FloatVector.fromArray(F, panel, p + o1);
            FloatVector w2 = FloatVector.fromArray(F, panel, p + o2);
            FloatVector w3 = FloatVector.fromArray(F, panel, p + o3);
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
            t = FloatVector.broadcast(F, x[x3 + k]);
            s30 = w0.fma(t, s30);
            s31 = w1.fma(t, s31);
            s32 = w2.fma(t, s32);
            s33 = w3.fma(t, s33);
            t = FloatVector.broadcast(F, x[x4 + k]);
            s40 = w0.fma(t, s40);
            s41 = w1.fma(t, s41);
            s42 = w2.fma(t, s42);
            s43 = w3.fma(t, s43);
            t = FloatVector.broadcast(F, x[x5 + k]);
            s50 = w0.fma(t, s50);
            s51 = w1.fma(t, s51);
            s52 = w2.fma(t, s52);
            s53 = w3.fma(t, s53);
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
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
        s33.intoArray(c, c3 + 3 * LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s42.intoArray(c, c4 + 2 * LANES);
        s43.intoArray(c, c4 + 3 * LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s52.intoArray(c, c5 + 2 * LANES);
        s53.intoArray(c, c5 + 3 * LANES);
    }

    /** Six rows, of which {@code left} are there, times vectors at panel[at] and [at + secondWeights]. */
    private static void sixByTwo(
            float[] panel,
            int at,
            int secondWeights,
            float[] x,
            int x0,
            int xStride,
            int left,
            int depth,
            float[] c,
            int c0,
            int secondSums,
            int cStride) {
        // a constant where a strip holds both vectors, which it does unless they are the widest: added as a number, C2
        // checks its range at every step, and sometimes spills sums
        int o1 = LANES < STRIP ? LANES : secondWeights;
        int d1 = LANES < STRIP ? LANES : secondSums;
        int x1 = left > 1 ? x0 + xStride : x0;
        int x2 = left > 2 ? x1 + xStride : x1;
        int x3 = left > 3 ? x2 + xStride : x2;
        int x4 = left > 4 ? x3 + xStride : x3;
        int x5 = left > 5 ? x4 + xStride : x4;
        int c1 = left > 1 ? c0 + cStride : c0;
        int c2 = left > 2 ? c1 + cStride : c1;
        int c3 = left > 3 ? c2 + cStride : c2;
        int c4 = left > 4 ? c3 + cStride : c3;
        int c5 = left > 5 ? c4 + cStride : c4;
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + d1);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + d1);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s21 = FloatVector.fromArray(F, c, c2 + d1);
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        FloatVector s31 = FloatVector.fromArray(F, c, c3 + d1);
        FloatVector s40 = FloatVector.fromArray(F, c, c4);
        FloatVector s41 = FloatVector.fromArray(F, c, c4 + d1);
        FloatVector s50 = FloatVector.fromArray(F, c, c5);
        FloatVector s51 = FloatVector.fromArray(F, c, c5 + d1);
        for (int k = 0; k < depth; k++) {
            int p = at + STRIP * k;
            FloatVector w0 = FloatVector.fromArray(F, panel, p);
            FloatVector w1 = FloatVector.fromArray(F, panel, p + o1);
            FloatVector t = FloatVector.broadcast(F, x[x0 + k]);
            s00 = w0.fma(t, s00);
            s01 = w1.fma(t, s01);
            t = FloatVector.broadcast(F, x[x1 + k]);
            s10 = w0.fma(t, s10);
            s11 = w1.fma(t, s11);
            t = FloatVector.broadcast(F, x[x2 + k]);
            s20 = w0.fma(t, s20);
            s21 = w1.fma(t, s21);
            t = FloatVector.broadcast(F, x[x3 + k]);
            s30 = w0.fma(t, s30);
            s31 = w1.fma(t, s31);
            t = FloatVector.broadcast(F, x[x4 + k]);
            s40 = w0.fma(t, s40);
            s41 = w1.fma(t, s41);
            t = FloatVector.broadcast(F, x[x5 + k]);
            s50 = w0.fma(t, s50);
            s51 = w1.fma(t, s51);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + d1);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + d1);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + d1);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + d1);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + d1);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + d1);
    }
}

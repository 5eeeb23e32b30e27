package dev.cortado.kernels.cpu.vector;

import dev.cortado.kernels.cpu.Tile;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tile in vectors: as many sums as stay in registers, while each weight and each input is loaded once for several.
 * With 32 registers that is six rows times four vectors (Zen 4, 512 bits, one thread: 111 GFLOP/s, 103 with four rows,
 * of a peak of 117), with 16 registers four rows times two. Rows and columns that are left over take smaller tiles;
 * columns of less than four vectors, as the values of a narrow head have, take their rows in fours.
 */
public final class VectorTile implements Tile {
    private static final VectorSpecies<Float> F = Species.F;
    private static final int LANES = F.length();
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
        int wide = strips * STRIP / (4 * LANES) * (4 * LANES);
        for (int row = 0; row < rows && wide > 0; ) {
            int count = rowsOfNextTile(rows - row);
            int c = sumsAt + row * sumsStride;
            wide(panel, at, gap, wide, x, xAt + row * xStride, xStride, count, depth, sums, c, sumsStride);
            row += count;
        }
        for (int column = wide; column < strips * STRIP; ) {
            int p = at + offset(column, gap);
            int c = sumsAt + column;
            if (column + 2 * LANES <= strips * STRIP) {
                int o1 = offset(column + LANES, gap) - offset(column, gap);
                two(panel, p, o1, x, xAt, xStride, rows, depth, sums, c, sumsStride);
                column += 2 * LANES;
            } else {
                one(panel, p, x, xAt, xStride, rows, depth, sums, c, sumsStride);
                column += LANES;
            }
        }
    }

    /** Eight rows are better off as four and four than as six and two. */
    private static int rowsOfNextTile(int left) {
        if (left >= 6 && left != 8) {
            return 6;
        }
        return left >= 4 ? 4 : Math.min(left, 2);
    }

    /** A few rows times columns in fours of vectors. */
    private static void wide(
            float[] panel,
            int at,
            int gap,
            int columns,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        for (int column = 0; column < columns; column += 4 * LANES) {
            int p = at + offset(column, gap);
            int o1 = at + offset(column + LANES, gap) - p;
            int o2 = at + offset(column + 2 * LANES, gap) - p;
            int o3 = at + offset(column + 3 * LANES, gap) - p;
            int c = sumsAt + column;
            switch (rows) {
                case 6 -> {
                    if (MANY_REGISTERS) {
                        sixByFour(panel, p, o1, o2, o3, x, xAt, xStride, depth, sums, c, sumsStride);
                    } else {
                        sixByTwo(panel, p, x, xAt, xStride, depth, sums, c, sumsStride);
                        sixByTwo(panel, p + o2, x, xAt, xStride, depth, sums, c + 2 * LANES, sumsStride);
                    }
                }
                case 4 -> {
                    if (MANY_REGISTERS) {
                        fourByFour(panel, p, o1, o2, o3, x, xAt, xStride, depth, sums, c, sumsStride);
                    } else {
                        fourByTwo(panel, p, o1, x, xAt, xStride, depth, sums, c, sumsStride);
                        fourByTwo(panel, p + o2, o3 - o2, x, xAt, xStride, depth, sums, c + 2 * LANES, sumsStride);
                    }
                }
                case 2 -> twoByFour(panel, p, o1, o2, o3, x, xAt, xStride, depth, sums, c, sumsStride);
                default -> oneByFour(panel, p, o1, o2, o3, x, xAt, depth, sums, c);
            }
        }
    }

    /** All rows times two vectors. */
    private static void two(
            float[] panel,
            int at,
            int o1,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            int c = sumsAt + row * sumsStride;
            fourByTwo(panel, at, o1, x, xAt + row * xStride, xStride, depth, sums, c, sumsStride);
        }
        for (; row < rows; row++) {
            int c = sumsAt + row * sumsStride;
            oneByOne(panel, at, x, xAt + row * xStride, depth, sums, c);
            oneByOne(panel, at + o1, x, xAt + row * xStride, depth, sums, c + LANES);
        }
    }

    /** All rows times one vector. */
    private static void one(
            float[] panel,
            int at,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            int depth,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            fourByOne(panel, at, x, xAt + row * xStride, xStride, depth, sums, sumsAt + row * sumsStride, sumsStride);
        }
        for (; row < rows; row++) {
            oneByOne(panel, at, x, xAt + row * xStride, depth, sums, sumsAt + row * sumsStride);
        }
    }

    /** Where a column begins in a panel whose strips are {@code gap} floats apart. */
    private static int offset(int column, int gap) {
        return column / STRIP * gap + column % STRIP;
    }

    /** Six rows times vectors at panel[at], [at + o1], [at + o2] and [at + o3]. */
    private static void sixByFour(
            float[] panel,
            int at,
            int o1,
            int o2,
            int o3,
            float[] x,
            int x0,
            int xStride,
            int depth,
            float[] c,
            int c0,
            int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int x4 = x3 + xStride;
        int x5 = x4 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        int c4 = c3 + cStride;
        int c5 = c4 + cStride;
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

    /**
     * Six rows times the vectors at panel[at] and behind it in the same strip, for 16 registers. The second vector's place
     * is a constant: as a number to be added, C2 checks its range at every step, and sometimes spills sums.
     */
    private static void sixByTwo(
            float[] panel, int at, float[] x, int x0, int xStride, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int x4 = x3 + xStride;
        int x5 = x4 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        int c4 = c3 + cStride;
        int c5 = c4 + cStride;
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s21 = FloatVector.fromArray(F, c, c2 + LANES);
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        FloatVector s31 = FloatVector.fromArray(F, c, c3 + LANES);
        FloatVector s40 = FloatVector.fromArray(F, c, c4);
        FloatVector s41 = FloatVector.fromArray(F, c, c4 + LANES);
        FloatVector s50 = FloatVector.fromArray(F, c, c5);
        FloatVector s51 = FloatVector.fromArray(F, c, c5 + LANES);
        for (int k = 0; k < depth; k++) {
            int p = at + STRIP * k;
            FloatVector w0 = FloatVector.fromArray(F, panel, p);
            FloatVector w1 = FloatVector.fromArray(F, panel, p + LANES);
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
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
    }

    /** Four rows times vectors at panel[at], [at + o1], [at + o2] and [at + o3]. */
    private static void fourByFour(
            float[] panel,
            int at,
            int o1,
            int o2,
            int o3,
            float[] x,
            int x0,
            int xStride,
            int depth,
            float[] c,
            int c0,
            int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
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
    }

    /** Two rows times vectors at panel[at], [at + o1], [at + o2] and [at + o3]. */
    private static void twoByFour(
            float[] panel,
            int at,
            int o1,
            int o2,
            int o3,
            float[] x,
            int x0,
            int xStride,
            int depth,
            float[] c,
            int c0,
            int cStride) {
        int x1 = x0 + xStride;
        int c1 = c0 + cStride;
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector s02 = FloatVector.fromArray(F, c, c0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(F, c, c0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector s12 = FloatVector.fromArray(F, c, c1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(F, c, c1 + 3 * LANES);
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
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s13.intoArray(c, c1 + 3 * LANES);
    }

    /** One row times vectors at panel[at], [at + o1], [at + o2] and [at + o3]. */
    private static void oneByFour(
            float[] panel, int at, int o1, int o2, int o3, float[] x, int x0, int depth, float[] c, int c0) {
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector s02 = FloatVector.fromArray(F, c, c0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(F, c, c0 + 3 * LANES);
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
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
    }

    /** Four rows times vectors at panel[at] and [at + o1]. */
    private static void fourByTwo(
            float[] panel, int at, int o1, float[] x, int x0, int xStride, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s21 = FloatVector.fromArray(F, c, c2 + LANES);
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        FloatVector s31 = FloatVector.fromArray(F, c, c3 + LANES);
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
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
    }

    /** Four rows times a vector at panel[at]. */
    private static void fourByOne(
            float[] panel, int at, float[] x, int x0, int xStride, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        for (int k = 0; k < depth; k++) {
            int p = at + STRIP * k;
            FloatVector w0 = FloatVector.fromArray(F, panel, p);
            FloatVector t = FloatVector.broadcast(F, x[x0 + k]);
            s00 = w0.fma(t, s00);
            t = FloatVector.broadcast(F, x[x1 + k]);
            s10 = w0.fma(t, s10);
            t = FloatVector.broadcast(F, x[x2 + k]);
            s20 = w0.fma(t, s20);
            t = FloatVector.broadcast(F, x[x3 + k]);
            s30 = w0.fma(t, s30);
        }
        s00.intoArray(c, c0);
        s10.intoArray(c, c1);
        s20.intoArray(c, c2);
        s30.intoArray(c, c3);
    }

    /** One row times a vector at panel[at]. */
    private static void oneByOne(
            float[] panel, int at, float[] x, int x0, int depth, float[] c, int c0) {
        FloatVector s00 = FloatVector.fromArray(F, c, c0);
        for (int k = 0; k < depth; k++) {
            int p = at + STRIP * k;
            FloatVector w0 = FloatVector.fromArray(F, panel, p);
            FloatVector t = FloatVector.broadcast(F, x[x0 + k]);
            s00 = w0.fma(t, s00);
        }
        s00.intoArray(c, c0);
    }
}

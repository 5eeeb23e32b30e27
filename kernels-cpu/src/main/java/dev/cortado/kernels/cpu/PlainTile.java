package dev.cortado.kernels.cpu;

/** The tile as plain loops: runs before its vector form is compiled, and where there is no Vector API. */
final class PlainTile implements Tile {
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
        for (int strip = 0; strip < strips; strip++) {
            for (int row = 0; row < rows; row++) {
                int to = sumsAt + row * sumsStride + strip * STRIP;
                half(panel, at + strip * gap, x, xAt + row * xStride, depth, sums, to);
                half(panel, at + strip * gap + 8, x, xAt + row * xStride, depth, sums, to + 8);
            }
        }
    }

    /** Eight sums at a time stay in registers, also in code of C1. */
    private static void half(float[] panel, int at, float[] x, int xAt, int depth, float[] sums, int to) {
        float s0 = sums[to];
        float s1 = sums[to + 1];
        float s2 = sums[to + 2];
        float s3 = sums[to + 3];
        float s4 = sums[to + 4];
        float s5 = sums[to + 5];
        float s6 = sums[to + 6];
        float s7 = sums[to + 7];
        for (int k = 0, p = at; k < depth; k++, p += STRIP) {
            float t = x[xAt + k];
            s0 = Math.fma(panel[p], t, s0);
            s1 = Math.fma(panel[p + 1], t, s1);
            s2 = Math.fma(panel[p + 2], t, s2);
            s3 = Math.fma(panel[p + 3], t, s3);
            s4 = Math.fma(panel[p + 4], t, s4);
            s5 = Math.fma(panel[p + 5], t, s5);
            s6 = Math.fma(panel[p + 6], t, s6);
            s7 = Math.fma(panel[p + 7], t, s7);
        }
        sums[to] = s0;
        sums[to + 1] = s1;
        sums[to + 2] = s2;
        sums[to + 3] = s3;
        sums[to + 4] = s4;
        sums[to + 5] = s5;
        sums[to + 6] = s6;
        sums[to + 7] = s7;
    }
}

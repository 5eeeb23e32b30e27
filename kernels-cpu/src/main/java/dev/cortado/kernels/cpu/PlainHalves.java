package dev.cortado.kernels.cpu;

/** Halves in plain loops. */
final class PlainHalves implements Halves {
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
        for (int row = 0; row < rows; row++) {
            int to = sumsAt + row * sumsStride;
            for (int k = 0; k < depth; k++) {
                float t = x[xAt + row * xStride + k];
                int from = at + k * COLUMNS;
                for (int j = 0; j < COLUMNS; j++) {
                    sums[to + j] = Math.fma(Float.float16ToFloat(halves[from + j]), t, sums[to + j]);
                }
            }
        }
    }

    @Override
    public void strip(short[] halves, int at, int lines, float[] panel, int to) {
        for (int k = 0; k < lines; k++) {
            for (int j = 0; j < Tile.STRIP; j++) {
                panel[to + k * Tile.STRIP + j] = Float.float16ToFloat(halves[at + k * COLUMNS + j]);
            }
        }
    }
}

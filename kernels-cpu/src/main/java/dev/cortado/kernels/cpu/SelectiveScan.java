package dev.cortado.kernels.cpu;

/**
 * Mamba's selective scan; formula at {@link dev.cortado.engine.backend.Backend#selectiveScan}. Channels are independent
 * of each other.
 *
 * @param a decay rates [channels x n]
 * @param d skip factor [channels]
 */
record SelectiveScan(
        CpuActivations x, CpuActivations dt, float[] a, CpuActivations b, CpuActivations c, float[] d, CpuActivations out) {
    /** Throws {@link IllegalArgumentException} where the operands do not fit together. */
    void checkShapes() {
        int channels = x.columns();
        Shapes.same("channels of x and dt", channels, dt.columns());
        Shapes.same("channels of x and out", channels, out.columns());
        Shapes.same("channels x states and length of a", channels * b.columns(), a.length);
        Shapes.same("states of b and c", b.columns(), c.columns());
        Shapes.same("channels and length of d", channels, d.length);
        Shapes.same("rows of x and dt", x.rows(), dt.rows());
        Shapes.same("rows of x and b", x.rows(), b.rows());
        Shapes.same("rows of x and c", x.rows(), c.rows());
    }

    /** Scans rows row to row + rows for channels from to to; the state [channels x n] begins at state[stateAt]. */
    void scan(int row, int rows, int from, int to, float[] state, int stateAt) {
        int n = b.columns();
        for (int t = row; t < row + rows; t++) {
            int bAt = b.at(t);
            int cAt = c.at(t);
            for (int channel = from; channel < to; channel++) {
                float delta = softplus(dt.data[dt.at(t) + channel]);
                float input = x.data[x.at(t) + channel];
                float driven = delta * input;
                float sum = d[channel] * input;
                int s = stateAt + channel * n;
                for (int i = 0; i < n; i++) {
                    float decayed = state[s + i] * PlainExponentials.exp(delta * a[channel * n + i]);
                    float next = Math.fma(driven, b.data[bAt + i], decayed);
                    state[s + i] = next;
                    sum = Math.fma(next, c.data[cAt + i], sum);
                }
                out.data[out.at(t) + channel] = sum;
            }
        }
    }

    /** ln(1 + e^x); from 20 on that is x in float precision. */
    private static float softplus(float x) {
        return x > 20 ? x : (float) Math.log1p(Math.exp(x));
    }
}

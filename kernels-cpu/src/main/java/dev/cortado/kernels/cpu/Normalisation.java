package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Norm;

/** RMS and layer normalisation of rows, within groups of columns. */
final class Normalisation {
    private Normalisation() {}

    /** out = norm(in) for rows from to to; sizes were checked. */
    static void apply(CpuActivations in, Norm norm, CpuActivations out, int from, int to) {
        float[] weight = CpuParameter.values(norm.weight());
        float[] bias = CpuParameter.values(norm.bias());
        int columns = in.columns();
        int group = norm.group() == 0 ? columns : norm.group();
        for (int row = from; row < to; row++) {
            for (int column = 0; column < columns; column += group) {
                int at = out.at(row) + column;
                standardise(norm, in.data, in.at(row) + column, out.data, at, group);
                if (weight != null) {
                    multiply(out.data, at, group, weight, weight.length == group ? 0 : column);
                }
                if (bias != null) {
                    add(out.data, at, group, bias, bias.length == group ? 0 : column);
                }
            }
        }
    }

    private static void standardise(Norm norm, float[] x, int at, float[] y, int to, int n) {
        float mean = norm.kind() == Norm.Kind.LAYER ? sum(x, at, n) / n : 0;
        float scale = (float) (1 / Math.sqrt(sumOfSquares(x, at, n, mean) / n + norm.epsilon()));
        for (int i = 0; i < n; i++) {
            y[to + i] = (x[at + i] - mean) * scale;
        }
    }

    private static void multiply(float[] y, int at, int n, float[] weight, int first) {
        for (int i = 0; i < n; i++) {
            y[at + i] *= weight[first + i];
        }
    }

    private static void add(float[] y, int at, int n, float[] bias, int first) {
        for (int i = 0; i < n; i++) {
            y[at + i] += bias[first + i];
        }
    }

    /** Eight sums side by side hide the latency of an addition; the order is the same in every run. */
    private static float sum(float[] x, int at, int n) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = at;
        for (int end = at + n - 7; i < end; i += 8) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
            s4 += x[i + 4];
            s5 += x[i + 5];
            s6 += x[i + 6];
            s7 += x[i + 7];
        }
        for (; i < at + n; i++) {
            s0 += x[i];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    /** Sum of (x - mean)^2, in the order of {@link #sum}. */
    private static float sumOfSquares(float[] x, int at, int n, float mean) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = at;
        for (int end = at + n - 7; i < end; i += 8) {
            s0 += square(x[i] - mean);
            s1 += square(x[i + 1] - mean);
            s2 += square(x[i + 2] - mean);
            s3 += square(x[i + 3] - mean);
            s4 += square(x[i + 4] - mean);
            s5 += square(x[i + 5] - mean);
            s6 += square(x[i + 6] - mean);
            s7 += square(x[i + 7] - mean);
        }
        for (; i < at + n; i++) {
            s0 += square(x[i] - mean);
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    private static float square(float x) {
        return x * x;
    }
}

package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Norm;

/**
 * RMS and layer normalisation of rows, within groups of columns. A group is copied to a buffer, and the other operands of
 * what is done with it to another, so that all loops have one index: C2 (JDK 25) vectorises no others.
 */
final class Normalisation {
    private Normalisation() {}

    /** out = norm(in) for rows from to to; sizes were checked. */
    static void apply(CpuActivations in, Norm norm, CpuActivations out, int from, int to, Buffers buffers) {
        float[] weight = CpuParameter.values(norm.weight());
        float[] bias = CpuParameter.values(norm.bias());
        int columns = in.columns();
        int group = norm.group() == 0 ? columns : norm.group();
        float[] x = buffers.floats(Buffers.Use.ROW, group);
        float[] operand = buffers.floats(Buffers.Use.OPERAND, group);
        for (int row = from; row < to; row++) {
            for (int column = 0; column < columns; column += group) {
                System.arraycopy(in.data, in.at(row) + column, x, 0, group);
                standardise(norm, x, operand, group);
                if (weight != null) {
                    System.arraycopy(weight, weight.length == group ? 0 : column, operand, 0, group);
                    Elementwise.multiply(x, operand, group);
                }
                if (bias != null) {
                    System.arraycopy(bias, bias.length == group ? 0 : column, operand, 0, group);
                    add(x, operand, group);
                }
                System.arraycopy(x, 0, out.data, out.at(row) + column, group);
            }
        }
    }

    private static void standardise(Norm norm, float[] x, float[] squares, int n) {
        if (norm.kind() == Norm.Kind.LAYER) {
            float mean = sum(x, n) / n;
            for (int i = 0; i < n; i++) {
                x[i] -= mean;
            }
        }
        for (int i = 0; i < n; i++) {
            squares[i] = x[i] * x[i];
        }
        float scale = (float) (1 / Math.sqrt(sum(squares, n) / n + norm.epsilon()));
        Elementwise.scale(x, 0, n, scale);
    }

    private static void add(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += y[i];
        }
    }

    /** Eight sums side by side hide the latency of an addition; the order is the same in every run. */
    private static float sum(float[] x, int n) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = 0;
        for (int end = n - 7; i < end; i += 8) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
            s4 += x[i + 4];
            s5 += x[i + 5];
            s6 += x[i + 6];
            s7 += x[i + 7];
        }
        for (; i < n; i++) {
            s0 += x[i];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }
}

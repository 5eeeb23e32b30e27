package dev.cortado.kernels.cpu;

/**
 * Operations on each element of rows {@code from} to {@code to}. Loops over two arrays use one index where both have the
 * same geometry, because C2 (JDK 25) vectorises a loop over two float arrays only if their indices are the same.
 */
final class Elementwise {
    private Elementwise() {}

    static void add(CpuActivations x, CpuActivations y, float factor, int from, int to) {
        float[] a = x.data;
        float[] b = y.data;
        int n = x.columns();
        for (int row = from; row < to; row++) {
            int at = x.at(row);
            int delta = y.at(row) - at;
            if (delta == 0) {
                for (int i = at; i < at + n; i++) {
                    a[i] = Math.fma(b[i], factor, a[i]);
                }
            } else {
                for (int i = at; i < at + n; i++) {
                    a[i] = Math.fma(b[i + delta], factor, a[i]);
                }
            }
        }
    }

    static void multiply(CpuActivations x, CpuActivations y, int from, int to) {
        float[] a = x.data;
        float[] b = y.data;
        int n = x.columns();
        for (int row = from; row < to; row++) {
            int at = x.at(row);
            if (y.columns() == 1) {
                scale(a, at, n, b[y.at(row)]);
                continue;
            }
            int delta = y.at(row) - at;
            for (int i = at; i < at + n; i++) {
                a[i] *= b[i + delta];
            }
        }
    }

    /** The first {@code n} of two buffers. */
    static void multiply(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= y[i];
        }
    }

    static void scale(CpuActivations x, float factor, int from, int to) {
        for (int row = from; row < to; row++) {
            scale(x.data, x.at(row), x.columns(), factor);
        }
    }

    static void scale(float[] a, int at, int n, float factor) {
        for (int i = at; i < at + n; i++) {
            a[i] *= factor;
        }
    }

    static void addParameter(CpuActivations x, float[] p, int from, int to) {
        for (int row = from; row < to; row++) {
            add(x.data, x.at(row), p);
        }
    }

    /** a[at + i] += p[i]. */
    static void add(float[] a, int at, float[] p) {
        for (int i = 0; i < p.length; i++) {
            a[at + i] += p[i];
        }
    }

    static void multiplyParameter(CpuActivations x, float[] p, int from, int to) {
        float[] a = x.data;
        for (int row = from; row < to; row++) {
            int at = x.at(row);
            for (int i = 0; i < p.length; i++) {
                a[at + i] *= p[i];
            }
        }
    }

    static void clamp(CpuActivations x, float limit, int from, int to) {
        float[] a = x.data;
        int n = x.columns();
        for (int row = from; row < to; row++) {
            int at = x.at(row);
            for (int i = at; i < at + n; i++) {
                a[i] = Math.max(-limit, Math.min(limit, a[i]));
            }
        }
    }

    static void copy(CpuActivations in, CpuActivations out, int from, int to) {
        for (int row = from; row < to; row++) {
            System.arraycopy(in.data, in.at(row), out.data, out.at(row), in.columns());
        }
    }
}

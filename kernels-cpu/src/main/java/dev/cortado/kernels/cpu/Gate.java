package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activation;
import org.jspecify.annotations.Nullable;

/**
 * The activations of feed-forward blocks. The smooth ones are x times a logistic of something, which is computed for a
 * stretch of columns at a time in a buffer that stays in the first cache. Operands are copied beside it, so that all
 * loops have one index: C2 (JDK 25) vectorises no others.
 */
final class Gate {
    private static final int STRETCH = 512;
    /** sqrt(2 / pi). */
    private static final float GELU_SCALE = 0.7978845608f;

    private static final float GELU_CUBE = 0.044715f;
    private static final float OAI_ALPHA = 1.702f;
    private static final float OAI_LIMIT = 7;

    /** z = f(x) * y, or f(x) without y. */
    static final RowOperation.Kernel KERNEL = (o, from, to, buffers) ->
            apply(o.activation(), o.x(), o.optionalY(), o.z(), from, to, o.exponentials(), buffers);

    private Gate() {}

    /** out = f(gate) * up, or f(gate) without up, for rows from to to. */
    static void apply(
            Activation f,
            CpuActivations gate,
            @Nullable CpuActivations up,
            CpuActivations out,
            int from,
            int to,
            Exponentials exponentials,
            Buffers buffers) {
        float[] stretch = buffers.floats(Buffers.Use.GATE, STRETCH);
        float[] operand = buffers.floats(Buffers.Use.OPERAND, STRETCH);
        for (int row = from; row < to; row++) {
            for (int c = 0; c < gate.columns(); c += STRETCH) {
                int n = Math.min(STRETCH, gate.columns() - c);
                System.arraycopy(gate.data, gate.at(row) + c, operand, 0, n);
                activate(f, operand, n, stretch, exponentials);
                if (up != null) {
                    System.arraycopy(up.data, up.at(row) + c, operand, 0, n);
                    if (f == Activation.SWIGLU_OAI) {
                        multiplyClamped(stretch, operand, n);
                    } else {
                        Elementwise.multiply(stretch, operand, n);
                    }
                }
                System.arraycopy(stretch, 0, out.data, out.at(row) + c, n);
            }
        }
    }

    /** x = cap * tanh(x / cap) for rows from to to. */
    static void softCap(CpuActivations x, float cap, int from, int to, Exponentials exponentials, Buffers buffers) {
        float[] stretch = buffers.floats(Buffers.Use.GATE, STRETCH);
        for (int row = from; row < to; row++) {
            for (int c = 0; c < x.columns(); c += STRETCH) {
                int n = Math.min(STRETCH, x.columns() - c);
                System.arraycopy(x.data, x.at(row) + c, stretch, 0, n);
                SoftCap.apply(stretch, 0, whole(n), cap, exponentials);
                System.arraycopy(stretch, 0, x.data, x.at(row) + c, n);
            }
        }
    }

    /** x = 1 / (1 + e^-x) for rows from to to. */
    static void sigmoid(CpuActivations x, int from, int to, Exponentials exponentials, Buffers buffers) {
        float[] stretch = buffers.floats(Buffers.Use.GATE, STRETCH);
        for (int row = from; row < to; row++) {
            for (int c = 0; c < x.columns(); c += STRETCH) {
                int n = Math.min(STRETCH, x.columns() - c);
                System.arraycopy(x.data, x.at(row) + c, stretch, 0, n);
                exponentials.logistic(stretch, 0, whole(n));
                System.arraycopy(stretch, 0, x.data, x.at(row) + c, n);
            }
        }
    }

    private static void multiplyClamped(float[] y, float[] up, int n) {
        for (int i = 0; i < n; i++) {
            y[i] *= Math.max(-OAI_LIMIT, Math.min(OAI_LIMIT, up[i])) + 1;
        }
    }

    /** y[i] = f(x[i]) for i below n. */
    private static void activate(Activation f, float[] x, int n, float[] y, Exponentials exponentials) {
        switch (f) {
            case SILU -> {
                System.arraycopy(x, 0, y, 0, n);
                exponentials.logistic(y, 0, whole(n));
                Elementwise.multiply(y, x, n);
            }
            case GELU -> {
                for (int i = 0; i < n; i++) {
                    float v = x[i];
                    y[i] = 2 * GELU_SCALE * v * Math.fma(GELU_CUBE * v, v, 1f);
                }
                exponentials.logistic(y, 0, whole(n)); // (1 + tanh u) / 2 = logistic(2u)
                Elementwise.multiply(y, x, n);
            }
            case SWIGLU_OAI -> {
                for (int i = 0; i < n; i++) {
                    y[i] = OAI_ALPHA * Math.min(OAI_LIMIT, x[i]);
                }
                exponentials.logistic(y, 0, whole(n));
                for (int i = 0; i < n; i++) {
                    y[i] *= Math.min(OAI_LIMIT, x[i]);
                }
            }
            case GELU_ERF -> {
                System.arraycopy(x, 0, y, 0, n);
                exponentials.gelu(y, 0, whole(n));
            }
            case RELU -> {
                for (int i = 0; i < n; i++) {
                    y[i] = Math.max(0, x[i]);
                }
            }
            case RELU_SQUARED -> {
                for (int i = 0; i < n; i++) {
                    float v = Math.max(0, x[i]);
                    y[i] = v * v;
                }
            }
        }
    }

    /** The stretch is a multiple of sixteen long, so the exponentials may run past n. */
    private static int whole(int n) {
        return (n + Exponentials.COLUMNS - 1) / Exponentials.COLUMNS * Exponentials.COLUMNS;
    }
}

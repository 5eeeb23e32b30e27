package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Parameter;
import org.jspecify.annotations.Nullable;

/** Operations that treat each element, or each row, by itself. */
record Elementwise(Gpu gpu) {
    /** elementwise.comp's numbers. */
    enum Function {
        COPY,
        ADD,
        MULTIPLY,
        SCALE,
        CLAMP,
        SOFT_CAP,
        SIGMOID,
        SILU,
        GELU,
        GELU_ERF,
        RELU,
        RELU_SQUARED,
        SWIGLU_OAI
    }

    private static final int GROUP = 256;

    /** z = f(x, c). */
    void unary(Function f, VulkanActivations x, float c, VulkanActivations z) {
        run("unary", f, x, x, c, z);
    }

    /** z = f(x, y, c), where y may have one column only. */
    void binary(Function f, VulkanActivations x, VulkanActivations y, float c, VulkanActivations z) {
        run(y.columns() == 1 && x.columns() > 1 ? "binary_column" : "binary", f, x, y, c, z);
    }

    private void run(
            String shader, Function f, VulkanActivations x, VulkanActivations y, float c, VulkanActivations z) {
        gpu.dispatch(shader)
                .read(x)
                .read(y)
                .write(z)
                .push(x.rows(), x.columns(), f.ordinal())
                .push(c)
                .invocations((long) x.rows() * x.columns(), GROUP);
    }

    /** x = f(x, p) in each row. */
    void parameter(Function f, Activations activations, Parameter parameter) {
        VulkanActivations x = VulkanActivations.of(activations);
        VulkanParameter p = VulkanParameter.of(parameter, "p", x.columns());
        gpu.dispatch("binary_row")
                .read(x)
                .read(p.region())
                .push(0, 0)
                .write(x)
                .push(x.rows(), x.columns(), f.ordinal())
                .push(1f)
                .invocations((long) x.rows() * x.columns(), GROUP);
    }

    void activate(Activation activation, Activations gate, @Nullable Activations up, Activations out) {
        Function f = Function.valueOf(activation.name());
        VulkanActivations x = VulkanActivations.of(gate);
        if (up == null) {
            if (activation == Activation.SWIGLU_OAI) {
                throw new IllegalArgumentException("SWIGLU_OAI without up, expected a gate and an up");
            }
            unary(f, x, 0, VulkanActivations.output(out, "out", x.rows(), x.columns()));
        } else {
            VulkanActivations y = VulkanActivations.of(up, "up", x.rows(), x.columns());
            run("binary", f, x, y, 0, VulkanActivations.output(out, "out", x.rows(), x.columns()));
        }
    }

    void norm(Activations in, Norm norm, Activations out) {
        VulkanActivations x = VulkanActivations.of(in);
        int group = norm.group() == 0 ? x.columns() : norm.group();
        int groups = Require.heads("in", x.columns(), group);
        VulkanParameter weight = vector("weight", norm.weight(), x.columns(), group);
        VulkanParameter bias = vector("bias", norm.bias(), x.columns(), group);
        VulkanActivations y = VulkanActivations.output(out, "out", x.rows(), x.columns());
        int flags = (norm.kind() == Norm.Kind.LAYER ? 1 : 0)
                | (weight == null ? 0 : weight.length() == group ? 2 : 2 | 4)
                | (bias == null ? 0 : bias.length() == group ? 8 : 8 | 16);
        gpu.dispatch("norm" + gpu.subgroups())
                .read(x)
                .write(y)
                .optional(weight)
                .optional(bias)
                .push(group, groups, x.rows(), flags)
                .push(norm.epsilon())
                .groups((long) x.rows() * groups, 1);
    }

    private static @Nullable VulkanParameter vector(
            String operand, @Nullable Parameter parameter, int columns, int group) {
        return VulkanParameter.ofNullable(
                parameter, operand, parameter != null && parameter.length() == group ? group : columns);
    }

    /** out row i = in row rows[i]. */
    void gather(Activations in, int[] rows, int count, Activations out) {
        VulkanActivations x = VulkanActivations.of(in);
        Require.count("rows", rows, count);
        for (int i = 0; i < count; i++) {
            Require.index("row", rows[i], x.rows());
        }
        VulkanActivations y = VulkanActivations.output(out, "out", count, x.columns());
        if (count > 0) {
            gpu.dispatch("gather")
                    .read(x)
                    .write(y)
                    .read(gpu.recorder().upload(rows, count))
                    .push(x.columns(), count)
                    .invocations((long) count * x.columns(), GROUP);
        }
    }

    /** Row row0 + r of y = the sum over i of factor * x, both of slot r * used + i. */
    void combine(VulkanActivations x, Region factors, int used, int row0, int rows, VulkanActivations y) {
        gpu.dispatch("combine")
                .read(x)
                .write(y)
                .read(factors)
                .push(x.columns(), rows, row0, used)
                .invocations((long) rows * x.columns(), GROUP);
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** Products of activations and weight matrices, and rows of such matrices. */
record Products(Gpu gpu) {
    /** Up to so many rows, each weight is read once per {@link #COLUMNS} rows and multiplied at once. */
    static final int FEW = 8;

    private static final int COLUMNS = 4;

    /** Rows of a matrix that a workgroup of matvec.comp takes. */
    static final int ROWS_PER_GROUP = 2;
    /** Rows of both factors that a workgroup of matmul.comp takes. */
    static final int TILE = 64;

    void matmul(Activations in, Linear[] layers, Activations[] outs) {
        if (layers.length != outs.length) {
            throw new IllegalArgumentException("%d outputs for %d layers".formatted(outs.length, layers.length));
        }
        for (int i = 0; i < layers.length; i++) {
            VulkanMatrix weight = VulkanMatrix.of(layers[i].weight());
            VulkanActivations x = VulkanActivations.of(in, "input of " + weight.name(), weight.columns());
            VulkanParameter bias =
                    VulkanParameter.ofNullable(layers[i].bias(), "bias of " + weight.name(), weight.rows());
            VulkanActivations y =
                    VulkanActivations.output(outs[i], "output of " + weight.name(), x.rows(), weight.rows());
            multiply(x, weight, bias, y);
        }
    }

    /** Head by head: each matrix has its own columns of both. */
    void perHead(Activations in, Matrix[] heads, Activations out) {
        int columns = heads[0].columns();
        int rows = heads[0].rows();
        VulkanActivations x = VulkanActivations.of(in, "input of " + heads[0].name(), (long) heads.length * columns);
        VulkanActivations y =
                VulkanActivations.output(out, "output of " + heads[0].name(), x.rows(), (long) heads.length * rows);
        for (int h = 0; h < heads.length; h++) {
            VulkanMatrix head = VulkanMatrix.of(heads[h]);
            if (head.columns() != columns || head.rows() != rows) {
                throw new IllegalArgumentException("%s is [%d x %d], the first head's matrix [%d x %d]"
                        .formatted(head.name(), head.rows(), head.columns(), rows, columns));
            }
            multiply(x.columns(h * columns, columns), head, null, y.columns(h * rows, rows));
        }
    }

    private void multiply(
            VulkanActivations x, VulkanMatrix weight, @Nullable VulkanParameter bias, VulkanActivations y) {
        int n = x.rows();
        String kind;
        if (n <= FEW) {
            kind = (n == 1 ? "matvec1" : "matvec4") + gpu.subgroups();
        } else {
            kind = gpu.device().matrices() && weight.halves() ? "matmul_matrix" : "matmul" + gpu.precision(weight);
        }
        for (VulkanMatrix.Part part : weight.parts()) {
            Dispatch dispatch = part.bind(gpu.dispatch(kind + "_" + weight.variant()))
                    .read(x)
                    .write(y)
                    .optional(bias)
                    .push(weight.columns(), weight.stored(), part.rows(), part.firstRow(), n, bias == null ? 0 : 1)
                    .work((long) n * part.rows() * weight.columns());
            if (n > FEW) {
                dispatch.groups(ceil(part.rows(), TILE), ceil(n, TILE), 1);
            } else {
                dispatch.groups(ceil(part.rows(), ROWS_PER_GROUP), ceil(n, n == 1 ? 1 : COLUMNS));
            }
        }
    }

    static int ceil(int count, int step) {
        return (count + step - 1) / step;
    }

    void embed(VulkanMatrix table, int[] ids, int count, Activations out) {
        Require.count("ids", ids, count);
        for (int i = 0; i < count; i++) {
            Require.index("id", ids[i], table.rows());
        }
        VulkanActivations y = VulkanActivations.output(out, "out", count, table.columns());
        for (VulkanMatrix.Part part : table.parts()) {
            int[] pairs = new int[2 * count];
            int found = 0;
            for (int i = 0; i < count; i++) {
                if (ids[i] >= part.firstRow() && ids[i] < part.firstRow() + part.rows()) {
                    pairs[2 * found] = ids[i] - part.firstRow();
                    pairs[2 * found + 1] = i;
                    found++;
                }
            }
            if (found > 0) {
                Region list = gpu.recorder().upload(pairs, 2 * found);
                part.bind(gpu.dispatch("embed_" + table.variant()))
                        .read(list)
                        .write(y)
                        .push(table.columns(), table.stored(), found)
                        .invocations((long) found * (table.stored() / 8), 64);
            }
        }
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import org.jspecify.annotations.Nullable;

/**
 * A mixture of experts without a word to the CPU: a shader chooses, products take each slot's expert from what it left,
 * and a row's outputs are added up in the order of the choice.
 */
final class Mixture {
    /** Floats of a scratch buffer; rows beyond that follow in another turn. */
    private static final long LARGEST_SCRATCH = 16L << 20;

    private static final int GATE = 0;
    private static final int UP = 1;
    private static final int RESULT = 2;
    private static final int SCRATCH = 3;

    private final Gpu gpu;
    private final Elementwise elementwise;
    private final @Nullable VulkanActivations[] scratch = new VulkanActivations[SCRATCH];
    private @Nullable ExpertChoice kept;

    Mixture(Gpu gpu, Elementwise elementwise) {
        this.gpu = gpu;
        this.elementwise = elementwise;
    }

    void mix(Activations in, Activations routerLogits, Experts experts, Activations out) {
        require(experts);
        VulkanActivations x = VulkanActivations.of(in);
        VulkanActivations router = VulkanActivations.of(routerLogits, "router", x.rows(), experts.up().length);
        ExpertStack up = VulkanMatrix.stack(gpu, experts.up());
        ExpertStack down = VulkanMatrix.stack(gpu, experts.down());
        VulkanActivations y = VulkanActivations.output(out, "out", x.rows(), down.rows());
        int step = step(experts.used(), Math.max(up.rows(), down.rows()), x.rows());
        for (int row = 0; row < x.rows(); row += step) {
            mix(x, router, experts, row, Math.min(step, x.rows() - row), y);
        }
    }

    /** Bytes that a pass of so many rows takes for slots. */
    long bytes(Experts experts, int rows) {
        int inner = experts.up()[0].weight().rows();
        int width = experts.down()[0].weight().rows();
        long slots = (long) step(experts.used(), Math.max(inner, width), rows) * experts.used();
        return 4 * slots * (2L * inner + width);
    }

    /** Rows whose slots fit into a scratch buffer. */
    private int step(int used, int columns, int rows) {
        long floats = Math.min(LARGEST_SCRATCH, gpu.device().storageRange() / 4);
        return Math.toIntExact(Math.clamp(floats / ((long) used * columns), 1, Math.max(1, rows)));
    }

    private void mix(
            VulkanActivations x, VulkanActivations router, Experts experts, int row0, int rows, VulkanActivations y) {
        int count = experts.up().length;
        int slots = rows * experts.used();
        ExpertChoice choice = choice(slots, count);
        choice.choose(gpu, router, experts, row0, rows);
        if (!ExpertStack.few(rows, slots, count)) {
            choice.order(gpu, slots, count);
        }
        VulkanActivations inner = inner(x, experts, row0, rows, choice);
        ExpertStack down = VulkanMatrix.stack(gpu, experts.down());
        VulkanActivations result = scratch(RESULT, slots, down.rows());
        down.multiply(gpu, inner, 0, 1, choice, rows, result);
        elementwise.combine(result, choice.factors(), experts.used(), row0, rows, y);
    }

    /** f(gate(x)) * up(x), or f(up(x)) without a gate, in each slot. */
    private VulkanActivations inner(VulkanActivations x, Experts experts, int row0, int rows, ExpertChoice choice) {
        int used = experts.used();
        ExpertStack ups = VulkanMatrix.stack(gpu, experts.up());
        VulkanActivations up = scratch(UP, rows * used, ups.rows());
        ups.multiply(gpu, x, row0, used, choice, rows, up);
        Linear @Nullable [] gates = experts.gate();
        if (gates == null) {
            elementwise.activate(experts.activation(), up, null, up);
            return up;
        }
        VulkanActivations gate = scratch(GATE, rows * used, ups.rows());
        VulkanMatrix.stack(gpu, gates).multiply(gpu, x, row0, used, choice, rows, gate);
        elementwise.activate(experts.activation(), gate, up, up);
        return up;
    }

    /** Rows that are kept from call to call, for every layer. */
    private VulkanActivations scratch(int use, int rows, int columns) {
        VulkanActivations rowsKept = scratch[use];
        if (rowsKept == null || rowsKept.capacity() < rows || rowsKept.columns() != columns) {
            if (rowsKept != null) {
                rowsKept.close();
                scratch[use] = null;
            }
            rowsKept = VulkanActivations.allocate(gpu, rows, columns);
            scratch[use] = rowsKept;
        }
        rowsKept.rows(rows);
        return rowsKept;
    }

    private ExpertChoice choice(int slots, int experts) {
        ExpertChoice choice = kept;
        if (choice == null || choice.capacity() < slots || choice.largest() < experts) {
            if (choice != null) {
                choice.free(gpu);
                kept = null;
            }
            choice = ExpertChoice.allocate(gpu, slots, experts);
            kept = choice;
        }
        return choice;
    }

    private static void require(Experts experts) {
        int n = experts.up().length;
        Linear @Nullable [] gate = experts.gate();
        float @Nullable [] bias = experts.selectionBias();
        if (experts.down().length != n || (gate != null && gate.length != n) || (bias != null && bias.length != n)) {
            throw new IllegalArgumentException(
                    "%d experts up, %d down, %s gates, %s selection biases, expected the same"
                            .formatted(
                                    n,
                                    experts.down().length,
                                    gate == null ? "no" : String.valueOf(gate.length),
                                    bias == null ? "no" : String.valueOf(bias.length)));
        }
        if (n > ExpertChoice.LARGEST) {
            throw new IllegalArgumentException(
                    "%d experts, this backend takes up to %d".formatted(n, ExpertChoice.LARGEST));
        }
        int groups = experts.groups();
        if (groups < 1
                || n % groups != 0
                || (groups > 1 && (experts.groupsUsed() < 1 || experts.groupsUsed() > groups))) {
            throw new IllegalArgumentException(
                    "%d experts in %d groups of which %d are used".formatted(n, groups, experts.groupsUsed()));
        }
        int selectable = groups > 1 ? n / groups * experts.groupsUsed() : n;
        if (experts.used() < 1 || experts.used() > selectable) {
            throw new IllegalArgumentException(
                    "%d experts used, expected 1 to %d".formatted(experts.used(), selectable));
        }
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A mixture of experts: the CPU chooses from the router's logits, then each expert that some row goes to computes its
 * rows together.
 */
final class Mixture {
    private static final int GATHERED = 0;
    private static final int GATE = 1;
    private static final int UP = 2;
    private static final int RESULT = 3;
    private static final int SCRATCH = 4;
    private static final int FEWEST_ROWS = 16;

    private final Gpu gpu;
    private final Products products;
    private final Elementwise elementwise;
    private final @Nullable VulkanActivations[] scratch = new VulkanActivations[SCRATCH];

    Mixture(Gpu gpu, Products products, Elementwise elementwise) {
        this.gpu = gpu;
        this.products = products;
        this.elementwise = elementwise;
    }

    void mix(Activations in, Activations routerLogits, Experts experts, Activations out) {
        require(experts);
        VulkanActivations x = VulkanActivations.of(in);
        int n = experts.up().length;
        VulkanActivations router = VulkanActivations.of(routerLogits, "router", x.rows(), n);
        int width = experts.down()[0].weight().rows();
        VulkanActivations y = VulkanActivations.output(out, "out", x.rows(), width);
        elementwise.unary(Elementwise.Function.SCALE, y, 0, y);
        int[][] rows = new int[n][x.rows()];
        float[][] weights = new float[n][x.rows()];
        int[] counts = new int[n];
        float[] logits = new float[n];
        for (int row = 0; row < x.rows(); row++) {
            router.read(row, logits, 0);
            ExpertChoice choice = ExpertChoice.of(logits, experts);
            for (int i = 0; i < choice.experts().length; i++) {
                int e = choice.experts()[i];
                rows[e][counts[e]] = row;
                weights[e][counts[e]++] = choice.weights()[i];
            }
        }
        int most = Arrays.stream(counts).max().orElse(0);
        if (most == 0) {
            return;
        }
        int inner = experts.up()[0].weight().rows();
        VulkanActivations gathered = scratch(GATHERED, most, x.columns());
        VulkanActivations gate = scratch(GATE, most, inner);
        VulkanActivations up = scratch(UP, most, inner);
        VulkanActivations result = scratch(RESULT, most, width);
        for (int e = 0; e < n; e++) {
            if (counts[e] > 0) {
                elementwise.gather(x, rows[e], counts[e], gathered);
                feedForward(experts, e, gathered, gate, up, result);
                elementwise.scatter(result, rows[e], weights[e], counts[e], y);
            }
        }
    }

    /** Rows that are kept from call to call, for every layer. */
    private VulkanActivations scratch(int use, int rows, int columns) {
        VulkanActivations kept = scratch[use];
        if (kept == null || kept.capacity() < rows || kept.columns() != columns) {
            if (kept != null) {
                kept.close();
            }
            kept = VulkanActivations.allocate(gpu, Math.max(FEWEST_ROWS, rows), columns);
            scratch[use] = kept;
        }
        return kept;
    }

    /** result = down(f(gate(x)) * up(x)), or down(f(up(x))) without a gate. */
    private void feedForward(
            Experts experts, int e, Activations x, Activations gate, Activations up, Activations result) {
        Linear @Nullable [] gates = experts.gate();
        if (gates == null) {
            products.matmul(x, new Linear[] {experts.up()[e]}, new Activations[] {up});
            elementwise.activate(experts.activation(), up, null, up);
        } else {
            products.matmul(x, new Linear[] {gates[e], experts.up()[e]}, new Activations[] {gate, up});
            elementwise.activate(experts.activation(), gate, up, up);
        }
        products.matmul(up, new Linear[] {experts.down()[e]}, new Activations[] {result});
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

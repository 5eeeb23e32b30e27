package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;

/**
 * Which experts rows go to, chosen and kept on the device: {@code used} slots a row.
 *
 * @param capacity slots that fit
 * @param largest experts that fit
 * @param experts per slot the index of its expert
 * @param factors per slot that of the expert's output
 * @param lists per expert where its slots begin, where all end, and the slots ordered by expert
 */
record ExpertChoice(int capacity, int largest, Region experts, Region factors, Region lists) {
    /** choose.comp's limit. */
    static final int LARGEST = 1024;

    private static final int FEWEST_SLOTS = 64;

    static ExpertChoice allocate(Gpu gpu, int slots, int experts) {
        int capacity = Math.max(FEWEST_SLOTS, slots);
        return new ExpertChoice(
                capacity,
                experts,
                gpu.allocate(4L * capacity, "chosen experts"),
                gpu.allocate(4L * capacity, "chosen experts"),
                gpu.allocate(4L * (experts + 1 + capacity), "chosen experts"));
    }

    void free(Gpu gpu) {
        gpu.free(experts);
        gpu.free(factors);
        gpu.free(lists);
    }

    /** Applies the rule to the router logits of {@code rows} rows from {@code row0} on. */
    void choose(Gpu gpu, VulkanActivations router, Experts rule, int row0, int rows) {
        float[] bias = rule.selectionBias();
        gpu.dispatch("choose")
                .read(router)
                .write(experts)
                .write(factors)
                .optionalRegion(bias == null ? null : gpu.recorder().upload(bias, 0, bias.length))
                .push(row0, router.columns(), rule.used())
                .push(rule.gating() == Gating.SIGMOID ? 1 : 0, rule.gating() == Gating.SOFTMAX_OF_CHOSEN ? 1 : 0)
                .push(bias == null ? 0 : 1, rule.normalise() ? 1 : 0, rule.groups(), rule.groupsUsed())
                .push(rule.scale())
                .groups(rows, 1, 1);
    }

    /** Orders the slots that were chosen by expert. */
    void order(Gpu gpu, int slots, int count) {
        gpu.dispatch("slots").read(experts).write(lists).push(slots, count).groups(1, 1, 1);
    }
}

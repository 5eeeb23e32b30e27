package dev.cortado.engine.backend;

import org.jspecify.annotations.Nullable;

/**
 * The expert networks of a mixture-of-experts layer and the rule that chooses among them.
 *
 * @param gate per expert, or null where the feed-forward has no gate
 * @param up per expert
 * @param down per expert
 * @param activation between them
 * @param used experts per token (top k)
 * @param gating how router logits become weights
 * @param normalise divide the chosen weights by their sum
 * @param scale factor of the chosen weights, 1 for none
 * @param selectionBias added to the scores for the choice only (DeepSeek V3), or null
 * @param groups groups of neighbouring experts, 1 for none; a group's score is the sum of its two best scores
 * @param groupsUsed groups that stay in the choice
 */
public record Experts(
        Linear @Nullable [] gate,
        Linear[] up,
        Linear[] down,
        Activation activation,
        int used,
        Gating gating,
        boolean normalise,
        float scale,
        float @Nullable [] selectionBias,
        int groups,
        int groupsUsed) {
    /** How router logits become weights. */
    public enum Gating {
        /** Softmax over all experts, then top k. */
        SOFTMAX,
        /** Sigmoid of each logit, then top k. */
        SIGMOID,
        /** Top k logits, then softmax over the chosen (gpt-oss). */
        SOFTMAX_OF_CHOSEN
    }
}

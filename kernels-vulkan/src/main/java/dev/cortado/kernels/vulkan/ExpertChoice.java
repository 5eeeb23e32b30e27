package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import java.util.Arrays;

/**
 * The experts that one token goes to, chosen on the CPU.
 *
 * @param experts their indices, best first; of equal ones the lower index
 * @param weights factor of each one's output
 */
record ExpertChoice(int[] experts, float[] weights) {
    /** Applies the rule to one row of router logits. */
    static ExpertChoice of(float[] logits, Experts rule) {
        double[] scores = new double[logits.length];
        Arrays.setAll(scores, e -> rule.gating() == Gating.SIGMOID ? 1 / (1 + Math.exp(-logits[e])) : logits[e]);
        if (rule.gating() == Gating.SOFTMAX) {
            softmax(scores);
        }
        int[] chosen = best(selectionScores(scores, rule), rule.used());
        double[] weights = Arrays.stream(chosen).mapToDouble(e -> scores[e]).toArray();
        if (rule.gating() == Gating.SOFTMAX_OF_CHOSEN) {
            softmax(weights);
        }
        double divisor = rule.normalise() ? Arrays.stream(weights).sum() : 1;
        float[] factors = new float[weights.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) (weights[i] / divisor * rule.scale());
        }
        return new ExpertChoice(chosen, factors);
    }

    /** Scores plus bias; those of experts whose group is not among the best ones are minus infinity. */
    private static double[] selectionScores(double[] scores, Experts rule) {
        double[] selection = scores.clone();
        float[] bias = rule.selectionBias();
        if (bias != null) {
            Arrays.setAll(selection, e -> scores[e] + bias[e]);
        }
        if (rule.groups() > 1) {
            int size = selection.length / rule.groups();
            double[] groupScores = new double[rule.groups()];
            for (int g = 0; g < rule.groups(); g++) {
                double[] group = Arrays.copyOfRange(selection, g * size, (g + 1) * size);
                for (int e : best(group, Math.min(2, size))) {
                    groupScores[g] += group[e];
                }
            }
            boolean[] kept = new boolean[rule.groups()];
            for (int g : best(groupScores, rule.groupsUsed())) {
                kept[g] = true;
            }
            for (int e = 0; e < selection.length; e++) {
                selection[e] = kept[e / size] ? selection[e] : Double.NEGATIVE_INFINITY;
            }
        }
        return selection;
    }

    /** Indices of the {@code count} largest scores, largest first. */
    private static int[] best(double[] scores, int count) {
        int[] best = new int[count];
        boolean[] taken = new boolean[scores.length];
        for (int i = 0; i < count; i++) {
            int found = -1;
            for (int e = 0; e < scores.length; e++) {
                if (!taken[e] && (found < 0 || scores[e] > scores[found])) {
                    found = e;
                }
            }
            taken[found] = true;
            best[i] = found;
        }
        return best;
    }

    private static void softmax(double[] x) {
        double largest = Arrays.stream(x).max().orElse(0);
        Arrays.setAll(x, i -> Math.exp(x[i] - largest));
        double sum = Arrays.stream(x).sum();
        Arrays.setAll(x, i -> x[i] / sum);
    }
}

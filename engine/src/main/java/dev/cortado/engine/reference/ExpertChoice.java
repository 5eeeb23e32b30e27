package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import java.util.Arrays;

/**
 * The experts that one token goes to.
 *
 * @param experts their indices, best first; of equal ones the lower index
 * @param weights factor of each one's output
 */
record ExpertChoice(int[] experts, double[] weights) {
    /** Applies the rule to one row of router logits. */
    static ExpertChoice of(double[] logits, Experts rule) {
        double[] scores = switch (rule.gating()) {
            case SOFTMAX -> softmax(logits);
            case SIGMOID -> Arrays.stream(logits).map(Nonlinearity::sigmoid).toArray();
            case SOFTMAX_OF_CHOSEN -> logits;
        };
        int[] chosen = best(selectionScores(scores, rule), rule.used());
        double[] weights = Arrays.stream(chosen).mapToDouble(e -> scores[e]).toArray();
        if (rule.gating() == Gating.SOFTMAX_OF_CHOSEN) {
            weights = softmax(weights);
        }
        double divisor = rule.normalise() ? Arrays.stream(weights).sum() : 1;
        return new ExpertChoice(
                chosen,
                Arrays.stream(weights).map(w -> w / divisor * rule.scale()).toArray());
    }

    /** Scores plus bias; those of experts whose group is not among the best ones are minus infinity. */
    private static double[] selectionScores(double[] scores, Experts rule) {
        double[] selection = scores.clone();
        float[] bias = rule.selectionBias();
        if (bias != null) {
            for (int e = 0; e < selection.length; e++) {
                selection[e] += bias[e];
            }
        }
        if (rule.groups() > 1) {
            int size = selection.length / rule.groups();
            double[] groupScores = new double[rule.groups()];
            for (int g = 0; g < rule.groups(); g++) {
                double[] group = Arrays.copyOfRange(selection, g * size, (g + 1) * size);
                groupScores[g] = Arrays.stream(best(group, Math.min(2, size)))
                        .mapToDouble(e -> group[e])
                        .sum();
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
        Integer[] order = new Integer[scores.length];
        Arrays.setAll(order, e -> e);
        Arrays.sort(order, (a, b) -> Double.compare(scores[b], scores[a])); // stable: the lower index first
        return Arrays.stream(order).limit(count).mapToInt(e -> e).toArray();
    }

    private static double[] softmax(double[] x) {
        double largest = Arrays.stream(x).max().orElse(0);
        double[] powers = Arrays.stream(x).map(v -> Math.exp(v - largest)).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(p -> p / sum).toArray();
    }
}

package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Experts;
import java.util.Arrays;

/**
 * The experts of one token, best first, and their weights. Scores are ordered as {@link Float#compare} does, so that NaN is
 * the largest and a token whose logits are NaN still gets experts, each of them once. One instance a caller, reused.
 */
final class ExpertChoice {
    private int[] experts = {};
    private float[] weights = {};
    private float[] scores = {};
    private float[] selection = {};
    private float[] groupScores = {};
    private int[] chosen = {};
    private boolean[] taken = {};

    /** The expert of rank {@code rank}. */
    int expert(int rank) {
        return experts[rank];
    }

    /** Its weight. */
    float weight(int rank) {
        return weights[rank];
    }

    /** Chooses by the router's logits x[at...], one per expert. */
    void choose(float[] x, int at, Experts rule) {
        int count = rule.up().length;
        int used = rule.used();
        if (scores.length < count || experts.length < used) {
            scores = new float[count];
            selection = new float[count];
            groupScores = new float[count];
            chosen = new int[count];
            taken = new boolean[count];
            experts = new int[used];
            weights = new float[used];
        }
        System.arraycopy(x, at, scores, 0, count);
        switch (rule.gating()) {
            case SOFTMAX -> softmax(scores, count);
            case SIGMOID -> {
                for (int e = 0; e < count; e++) {
                    scores[e] = (float) (1 / (1 + Math.exp(-scores[e])));
                }
            }
            case SOFTMAX_OF_CHOSEN -> {}
        }
        fillSelection(rule, count);
        takeBest(selection, 0, count, used, experts);
        for (int rank = 0; rank < used; rank++) {
            weights[rank] = scores[experts[rank]];
        }
        if (rule.gating() == Experts.Gating.SOFTMAX_OF_CHOSEN) {
            softmax(weights, used);
        }
        scaleWeights(rule, used);
    }

    private void fillSelection(Experts rule, int count) {
        float[] bias = rule.selectionBias();
        for (int e = 0; e < count; e++) {
            selection[e] = scores[e] + (bias == null ? 0 : bias[e]);
        }
        int groups = rule.groups();
        if (groups <= 1) {
            return;
        }
        int size = count / groups;
        for (int group = 0; group < groups; group++) {
            groupScores[group] = sumOfTwoBest(group * size, size);
        }
        takeBest(groupScores, 0, groups, rule.groupsUsed(), chosen);
        for (int e = 0; e < count; e++) {
            if (!taken[e / size]) {
                selection[e] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private float sumOfTwoBest(int from, int size) {
        int two = Math.min(2, size);
        takeBest(selection, from, size, two, chosen);
        float first = selection[chosen[0]];
        return two == 1 ? first : first + selection[chosen[1]];
    }

    /** Indices of the {@code count} largest of x[from..from + n), largest first, of equal ones the first; they are taken. */
    private void takeBest(float[] x, int from, int n, int count, int[] indices) {
        Arrays.fill(taken, from, from + n, false);
        for (int rank = 0; rank < count; rank++) {
            int best = -1;
            for (int e = from; e < from + n; e++) {
                if (!taken[e] && (best < 0 || Float.compare(x[e], x[best]) > 0)) {
                    best = e;
                }
            }
            taken[best] = true;
            indices[rank] = best;
        }
    }

    /** The largest of the first n; NaN where there is one. */
    private static float largest(float[] x, int n) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int e = 0; e < n; e++) {
            largest = Math.max(largest, x[e]);
        }
        return largest;
    }

    private static void softmax(float[] x, int n) {
        float largest = largest(x, n);
        double sum = 0;
        for (int e = 0; e < n; e++) {
            sum += Math.exp(x[e] - largest);
        }
        for (int e = 0; e < n; e++) {
            x[e] = (float) (Math.exp(x[e] - largest) / sum);
        }
    }

    private void scaleWeights(Experts rule, int used) {
        float sum = 0;
        for (int rank = 0; rank < used; rank++) {
            sum += weights[rank];
        }
        float factor = rule.scale() / (rule.normalise() ? sum : 1);
        for (int rank = 0; rank < used; rank++) {
            weights[rank] *= factor;
        }
    }
}

package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Experts;

/** The experts of one token, best first, and their weights. One instance a caller, reused. */
final class ExpertChoice {
    private int[] experts = {};
    private float[] weights = {};
    private float[] scores = {};
    private float[] selection = {};
    private float[] groupScores = {};

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
        for (int rank = 0; rank < used; rank++) {
            int best = best(selection, 0, count);
            experts[rank] = best;
            weights[rank] = scores[best];
            selection[best] = Float.NEGATIVE_INFINITY;
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
        for (int dropped = rule.groupsUsed(); dropped < groups; dropped++) {
            int worst = worst(groups);
            groupScores[worst] = Float.NaN;
            for (int e = worst * size; e < (worst + 1) * size; e++) {
                selection[e] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private float sumOfTwoBest(int from, int size) {
        int first = best(selection, from, size);
        float second = Float.NEGATIVE_INFINITY;
        for (int e = from; e < from + size; e++) {
            if (e != first) {
                second = Math.max(second, selection[e]);
            }
        }
        return size == 1 ? selection[first] : selection[first] + second;
    }

    /** The lowest group still in the choice; of equal ones the last. */
    private int worst(int groups) {
        int worst = -1;
        for (int group = 0; group < groups; group++) {
            if (!Float.isNaN(groupScores[group]) && (worst < 0 || groupScores[group] <= groupScores[worst])) {
                worst = group;
            }
        }
        return worst;
    }

    /** The largest of x[from..from + n); of equal ones the first. */
    private static int best(float[] x, int from, int n) {
        int best = from;
        for (int e = from + 1; e < from + n; e++) {
            if (x[e] > x[best]) {
                best = e;
            }
        }
        return best;
    }

    private static void softmax(float[] x, int n) {
        float largest = x[best(x, 0, n)];
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

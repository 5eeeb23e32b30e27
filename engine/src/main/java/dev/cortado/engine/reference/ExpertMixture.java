package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Linear;
import org.jspecify.annotations.Nullable;

/**
 * A mixture-of-experts feed-forward, token by token: the sum of the chosen experts' outputs times their weights.
 *
 * @param backend computes an expert's three products
 * @param experts the networks and the rule of choice
 */
record ExpertMixture(ReferenceBackend backend, Experts experts) {
    ExpertMixture {
        int n = experts.up().length;
        Linear[] gate = experts.gate();
        float[] bias = experts.selectionBias();
        if (experts.down().length != n || (gate != null && gate.length != n) || (bias != null && bias.length != n)) {
            throw new IllegalArgumentException(
                    "%d experts up, %d down, %s gates, %s selection biases, expected the same"
                            .formatted(n, experts.down().length, length(gate), bias == null ? "no" : bias.length));
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

    private static Object length(Linear @Nullable [] gate) {
        return gate == null ? "no" : gate.length;
    }

    void mix(ReferenceActivations in, ReferenceActivations router, ReferenceActivations out) {
        Shapes.columns("router", router, experts.up().length);
        Shapes.rows("router", router, in.rows());
        Shapes.columns("out", out, experts.down()[0].weight().rows());
        try (Activations x = backend.activations(1, in.columns());
                Activations y = backend.activations(1, out.columns())) {
            float[] input = new float[in.columns()];
            float[] output = new float[out.columns()];
            x.rows(1);
            for (int row = 0; row < in.rows(); row++) {
                in.read(row, input, 0);
                x.write(0, input, 0);
                double[] sum = new double[out.columns()];
                ExpertChoice choice = ExpertChoice.of(logits(router, row), experts);
                for (int i = 0; i < choice.experts().length; i++) {
                    feedForward(choice.experts()[i], x, y);
                    y.read(0, output, 0);
                    for (int c = 0; c < sum.length; c++) {
                        sum[c] += choice.weights()[i] * output[c];
                    }
                }
                for (int c = 0; c < sum.length; c++) {
                    out.set(row, c, (float) sum[c]);
                }
            }
        }
    }

    private static double[] logits(ReferenceActivations router, int row) {
        double[] logits = new double[router.columns()];
        for (int e = 0; e < logits.length; e++) {
            logits[e] = router.get(row, e);
        }
        return logits;
    }

    /** y = down(f(gate(x)) * up(x)), or down(f(up(x))) without a gate. */
    private void feedForward(int expert, Activations x, Activations y) {
        Linear up = experts.up()[expert];
        Linear @Nullable [] gates = experts.gate();
        try (Activations inner = backend.activations(1, up.weight().rows());
                Activations gate = backend.activations(1, up.weight().rows())) {
            multiply(x, up, inner);
            if (gates == null) {
                backend.activate(experts.activation(), inner, null, inner);
            } else {
                multiply(x, gates[expert], gate);
                backend.activate(experts.activation(), gate, inner, inner);
            }
            multiply(inner, experts.down()[expert], y);
        }
    }

    private void multiply(Activations x, Linear layer, Activations y) {
        backend.matmul(x, new Linear[] {layer}, new Activations[] {y});
    }
}

package dev.cortado.contract;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import dev.cortado.engine.backend.Linear;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mixtures of experts under every rule of choice. Weights are F32, F16 and Q8_0, so that the routing is what is tested. */
interface ExpertsContract extends UnderTest {
    int EXPERTS = 8;
    int WIDTH = 64;
    int INNER = 96;

    /** The part of {@link Experts} that needs no backend. */
    record Rule(
            Activation activation,
            boolean gate,
            boolean biases,
            int used,
            Gating gating,
            boolean normalise,
            float scale,
            float @Nullable [] selectionBias,
            int groups,
            int groupsUsed) {
        static Rule of(Gating gating, int used) {
            return new Rule(Activation.SILU, true, false, used, gating, false, 1, null, 1, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void every_gating_and_number_of_experts(Gating gating) {
        for (int used : new int[] {1, 2, 5, EXPERTS}) {
            assertMixture(Rule.of(gating, used), TensorType.F32, 1);
            assertMixture(Rule.of(gating, used), TensorType.F32, 6);
        }
        assertMixture(Rule.of(gating, 2), TensorType.F32, 40);
    }

    @ParameterizedTest
    @EnumSource
    default void weights_may_be_normalised_and_scaled(Gating gating) {
        assertMixture(new Rule(Activation.SILU, true, false, 3, gating, true, 2.5f, null, 1, 1), TensorType.F32, 9);
    }

    @ParameterizedTest
    @EnumSource(names = {"SOFTMAX", "SIGMOID"})
    default void a_bias_on_the_choice_and_groups(Gating gating) {
        float[] bias = Samples.gaussian(new Random(82), EXPERTS);
        assertMixture(new Rule(Activation.SILU, true, false, 2, gating, true, 1, bias, 1, 1), TensorType.F32, 9);
        assertMixture(new Rule(Activation.SILU, true, false, 3, gating, true, 1, bias, 4, 2), TensorType.F32, 9);
        assertMixture(new Rule(Activation.SILU, true, false, 2, gating, false, 1, null, 2, 1), TensorType.F32, 9);
    }

    @Test
    default void networks_with_biases_or_without_a_gate() {
        Gating gating = Gating.SOFTMAX_OF_CHOSEN;
        assertMixture(new Rule(Activation.SWIGLU_OAI, true, true, 4, gating, false, 1, null, 1, 1), TensorType.F32, 9);
        assertMixture(new Rule(Activation.GELU, false, true, 2, gating, false, 1, null, 1, 1), TensorType.F32, 9);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "Q8_0", "Q4_0", "MXFP4"})
    default void experts_of_quantised_weights(TensorType type) {
        assertMixture(Rule.of(Gating.SOFTMAX, 2), type, 1);
        assertMixture(Rule.of(Gating.SOFTMAX, 2), type, 33);
    }

    private void assertMixture(Rule rule, TensorType type, int tokens) {
        Random random = new Random(80);
        Tensor[] gate = new Tensor[EXPERTS];
        Tensor[] up = new Tensor[EXPERTS];
        Tensor[] down = new Tensor[EXPERTS];
        for (int e = 0; e < EXPERTS; e++) {
            gate[e] = Weights.tame(type, random, INNER, WIDTH);
            up[e] = Weights.tame(type, random, INNER, WIDTH);
            down[e] = Weights.tame(type, random, WIDTH, INNER);
        }
        float[][] x = Samples.gaussian(random, tokens, WIDTH);
        float[][] router = Samples.gaussian(random, tokens, EXPERTS);
        // two products, a product of two of them between
        double precision = 10 * precision();
        double gain = gain(rule, gate, up, down);
        double[][] rounding = rounding(activationBlock(type), gate, up, down, x, router, rule.used());
        Tolerance tolerance =
                (row, column, expected) -> precision * Math.max(gain, Math.abs(expected)) + rounding[row][column];
        assertAgreement("%s of %s, %d tokens".formatted(rule, type, tokens), tolerance, bench -> {
            Experts experts = new Experts(
                    rule.gate() ? linears(bench, gate, rule.biases()) : null,
                    linears(bench, up, rule.biases()),
                    linears(bench, down, rule.biases()),
                    rule.activation(),
                    rule.used(),
                    rule.gating(),
                    rule.normalise(),
                    rule.scale(),
                    rule.selectionBias(),
                    rule.groups(),
                    rule.groupsUsed());
            Activations out = bench.output(tokens + 1, WIDTH);
            bench.backend().experts(bench.input(x), bench.input(router), experts, out);
            return bench.rows(out);
        });
    }

    private static Linear[] linears(Workbench bench, Tensor[] tensors, boolean biases) {
        Random random = new Random(81);
        Linear[] linears = new Linear[tensors.length];
        for (int e = 0; e < tensors.length; e++) {
            float[] bias = biases ? Samples.gaussian(random, (int) tensors[e].rows()) : null;
            linears[e] = bench.linear(tensors[e], bias);
        }
        return linears;
    }

    /**
     * What rounding activations may change of every output, eight standard deviations: 0 where nothing is rounded. Rules
     * that round have a softmax over all experts, SiLU and a gate.
     */
    private static double[][] rounding(
            int block, Tensor[] gate, Tensor[] up, Tensor[] down, float[][] x, float[][] router, int used) {
        double[][] rounding = new double[x.length][WIDTH];
        if (block == 0) {
            return rounding;
        }
        for (int e = 0; e < EXPERTS; e++) {
            ExpertRounding expert = new ExpertRounding(
                    Weights.floats(gate[e]), Weights.floats(up[e]), Weights.floats(down[e]), block);
            for (int token = 0; token < x.length; token++) {
                double weight = weight(router[token], e, used);
                if (weight > 0) {
                    double[] variances = expert.variances(x[token]);
                    for (int c = 0; c < WIDTH; c++) {
                        rounding[token][c] += weight * weight * variances[c];
                    }
                }
            }
        }
        for (double[] row : rounding) {
            Arrays.setAll(row, c -> 8 * Math.sqrt(row[c]));
        }
        return rounding;
    }

    /** The weight of an expert under a softmax over all; 0 unless it is among the {@code used} largest. */
    private static double weight(float[] logits, int expert, int used) {
        double sum = 0;
        int larger = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
            larger += logit > logits[expert] ? 1 : 0;
        }
        return larger < used ? Math.exp(logits[expert]) / sum : 0;
    }

    /** About how large an expert's output is for Gaussian rows: root mean squares, multiplied through the network. */
    private static double gain(Rule rule, Tensor[] gate, Tensor[] up, Tensor[] down) {
        double inner = Math.sqrt(WIDTH) * rms(flat(up)) + 1;
        if (rule.gate()) {
            inner *= Math.sqrt(WIDTH) * rms(flat(gate)) + 1;
        }
        return rule.scale() * (inner * Math.sqrt(INNER) * rms(flat(down)) + 1);
    }

    private static float[] flat(Tensor[] tensors) {
        return Weights.floats(tensors[0])[0];
    }

    private static double rms(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }
}

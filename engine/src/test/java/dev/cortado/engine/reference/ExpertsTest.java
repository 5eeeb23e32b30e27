package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.matrix;
import static dev.cortado.engine.reference.Fixture.output;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import dev.cortado.engine.backend.Linear;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Four experts that answer 1, 10, 100 and 1000 for an input of 1, so the output shows who was asked and how much it counted. */
class ExpertsTest {
    private static final float LOG2 = (float) Math.log(2);

    private final Backend backend = new ReferenceBackend();

    private Experts experts(
            int used,
            Gating gating,
            boolean normalise,
            float scale,
            float @Nullable [] bias,
            int groups,
            int groupsUsed) {
        Linear[] up = new Linear[4];
        Linear[] down = new Linear[4];
        for (int e = 0; e < 4; e++) {
            up[e] = new Linear(matrix(backend, row(1)), null);
            down[e] = new Linear(matrix(backend, row((float) Math.pow(10, e))), null);
        }
        return new Experts(null, up, down, Activation.RELU, used, gating, normalise, scale, bias, groups, groupsUsed);
    }

    private float mix(Experts experts, float... logits) {
        Activations out = output(backend, 1);
        backend.experts(activations(backend, row(1)), activations(backend, logits), experts, out);
        return rows(out)[0][0];
    }

    @Test
    void softmax_over_all_then_the_best() { // shares 1/8 1/8 1/4 1/2
        assertThat(mix(experts(2, Gating.SOFTMAX, false, 1, null, 1, 1), 0, 0, LOG2, 2 * LOG2))
                .isEqualTo(525, within(1e-3f));
        assertThat(mix(experts(2, Gating.SOFTMAX, true, 3, null, 1, 1), 0, 0, LOG2, 2 * LOG2))
                .isEqualTo(3 * 700, within(1e-2f));
    }

    @Test
    void sigmoid_weighs_each_expert_by_itself() { // sigmoid(log 3) = 3/4, sigmoid(0) = 1/2
        assertThat(mix(experts(2, Gating.SIGMOID, false, 1, null, 1, 1), (float) Math.log(3), 0, -9, -9))
                .isEqualTo(5.75f, within(1e-5f));
    }

    @Test
    void softmax_of_the_chosen_logits_sums_to_one() {
        assertThat(mix(experts(2, Gating.SOFTMAX_OF_CHOSEN, false, 1, null, 1, 1), LOG2, 0, -9, -9))
                .isEqualTo(4, within(1e-5f));
    }

    @Test
    void the_bias_changes_the_choice_but_not_the_weight() {
        assertThat(mix(experts(1, Gating.SIGMOID, false, 1, row(0, 0, 0, 5), 1, 1), 0, 0, 0, 0))
                .isEqualTo(500);
    }

    @Test
    void only_the_best_groups_take_part() { // group {0, 1} has the better sum, group {2, 3} the best single
        assertThat(mix(experts(1, Gating.SIGMOID, false, 1, null, 2, 1), 1, 1, 2, -9))
                .isEqualTo((float) (1 / (1 + Math.exp(-1))), within(1e-6f));
    }

    @Test
    void of_equal_experts_the_lower_index_is_taken() {
        assertThat(mix(experts(1, Gating.SOFTMAX, false, 4, null, 1, 1), 0, 0, 0, 0))
                .isEqualTo(1);
    }

    @Test
    void a_gate_and_biases_are_part_of_the_network() {
        Linear[] gate = {new Linear(matrix(backend, row(2)), backend.parameter(row(1)))};
        Linear[] up = {new Linear(matrix(backend, row(3)), null)};
        Linear[] down = {new Linear(matrix(backend, row(1), row(-1)), backend.parameter(row(0, 5)))};
        Experts one = new Experts(gate, up, down, Activation.RELU, 1, Gating.SOFTMAX, false, 1, null, 1, 1);
        Activations out = output(backend, 2);
        backend.experts(activations(backend, row(2), row(-2)), activations(backend, row(7), row(7)), one, out);
        assertThat(rows(out)).isEqualTo(new float[][] {{30, -25}, {0, 5}}); // (2x + 1)+ * 3x
    }

    @Test
    void more_experts_than_there_are_is_refused() {
        Experts five = experts(5, Gating.SOFTMAX, false, 1, null, 1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mix(five, 0, 0, 0, 0))
                .withMessage("5 experts used, expected 1 to 4");
    }
}

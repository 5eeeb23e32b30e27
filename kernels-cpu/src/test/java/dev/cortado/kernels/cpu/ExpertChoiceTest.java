package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import dev.cortado.engine.backend.Linear;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which experts a token gets, also from logits that are no numbers. */
class ExpertChoiceTest {
    private static final int EXPERTS = 8;
    private static final int USED = 3;

    @ParameterizedTest
    @CsvSource({"1, 1", "4, 2", "8, 3", "2, 1"})
    void every_chosen_expert_is_another_one_whatever_the_logits(int groups, int groupsUsed) {
        float[] special = {
            Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0f, -0f, 1, Float.MAX_VALUE, -Float.MAX_VALUE
        };
        Random random = new Random(1);
        ExpertChoice choice = new ExpertChoice();
        for (Gating gating : Gating.values()) {
            for (int i = 0; i < 2000; i++) {
                float[] logits = new float[EXPERTS];
                for (int e = 0; e < EXPERTS; e++) {
                    logits[e] = special[random.nextInt(special.length)];
                }
                choice.choose(logits, 0, rule(null, gating, groups, groupsUsed));
                assertThat(new int[] {choice.expert(0), choice.expert(1), choice.expert(2)})
                        .as("%s of %s", gating, Arrays.toString(logits))
                        .doesNotHaveDuplicates();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_logit_that_is_no_number_spoils_its_token_and_no_other_as_in_the_reference(Gating gating) {
        try (Pair pair = new Pair(2, 5)) {
            float[][] actual = mixed(new Pair.Run(pair.cpu, new Random(5)), gating);
            float[][] expected = mixed(new Pair.Run(pair.reference, new Random(5)), gating);
            for (int token = 0; token < expected.length; token++) {
                for (int c = 0; c < expected[token].length; c++) {
                    if (token == 1 || token == 2) {
                        assertThat(actual[token][c]).isNaN();
                        assertThat(expected[token][c]).isNaN();
                    } else {
                        assertThat(Math.abs(actual[token][c] - expected[token][c]))
                                .isLessThan(1e-4f * Math.max(1, Math.abs(expected[token][c])));
                    }
                }
            }
        }
    }

    /** Four tokens: token 1 has one NaN among its logits, all of token 2's are. */
    private static float[][] mixed(Pair.Run run, Gating gating) {
        Linear[] layers = new Linear[EXPERTS];
        for (int e = 0; e < EXPERTS; e++) {
            layers[e] = new Linear(run.backend().matrix(run.floatTensor(16, 16)), null);
        }
        Activations router = run.filled(4, EXPERTS);
        float[] logits = run.floats(EXPERTS);
        logits[5] = Float.NaN;
        router.write(1, logits, 0);
        Arrays.fill(logits, Float.NaN);
        router.write(2, logits, 0);
        Activations out = run.backend().activations(4, 16);
        run.backend().experts(run.filled(4, 16), router, rule(layers, gating, 4, 2), out);
        return Pair.rows(out);
    }

    private static Experts rule(Linear @Nullable [] layers, Gating gating, int groups, int groupsUsed) {
        Linear[] networks = layers == null ? new Linear[EXPERTS] : layers;
        return new Experts(
                null, networks, networks, Activation.SILU, USED, gating, true, 1, null, groups, groupsUsed);
    }
}

package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Rope;
import org.junit.jupiter.api.Test;

class RopeScalingTest {
    private static final int COLUMNS = 64;
    private static final float BASE = 10000;

    @Test
    void keeps_frequencies_as_they_are_without_a_factor() {
        Rope rope = new RopeScaling(1, 0, 4096, 1, 32, 1).rope(Rope.Style.HALVES, 0, COLUMNS, BASE, null);
        assertThat(rope.frequencies()).isEqualTo(unscaled());
        assertThat(rope.width()).isEqualTo(COLUMNS);
        assertThat(rope.magnitude()).isEqualTo(1);
    }

    @Test
    void divides_every_frequency_by_a_linear_factor() {
        Rope rope = new RopeScaling(4, 0, 4096, 1, 32, 1).rope(Rope.Style.HALVES, 0, COLUMNS, BASE, null);
        for (int i = 0; i < COLUMNS / 2; i++) {
            assertThat(rope.frequencies()[i]).isCloseTo(unscaled()[i] / 4, within(1e-9f));
        }
    }

    /** Peng et al. 2023: pairs that turn often are kept, those that turn less than once are divided. */
    @Test
    void keeps_fast_pairs_and_divides_slow_ones_with_yarn() {
        Rope rope = new RopeScaling(4, 1, 4096, 1.14f, 32, 1).rope(Rope.Style.HALVES, 0, COLUMNS, BASE, null);
        float[] kept = unscaled();
        for (int i = 0; i < COLUMNS / 2; i++) {
            double turns = 4096 * kept[i] / (2 * Math.PI);
            if (turns > 40) {
                assertThat(rope.frequencies()[i]).as("pair %d", i).isEqualTo(kept[i]);
            } else if (turns < 0.7) {
                assertThat(rope.frequencies()[i]).as("pair %d", i).isCloseTo(kept[i] / 4, within(1e-9f));
            } else {
                assertThat(rope.frequencies()[i]).as("pair %d", i).isBetween(kept[i] / 4, kept[i]);
            }
        }
        assertThat(rope.magnitude()).isEqualTo(1.14f);
    }

    @Test
    void divides_each_frequency_by_a_divisor_of_its_own() {
        float[] divisors = new float[COLUMNS / 2];
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = 1 + i;
        }
        Rope rope = new RopeScaling(1, 0, 4096, 1, 32, 1).rope(Rope.Style.HALVES, 0, COLUMNS, BASE, divisors);
        for (int i = 0; i < COLUMNS / 2; i++) {
            assertThat(rope.frequencies()[i]).isCloseTo(unscaled()[i] / (1 + i), within(1e-7f));
        }
    }

    /** DeepSeek-V2's mscale: with mscale = mscale_all_dim, scores grow by (1 + 0.1 m ln s)^2 and cos and sin stay as they are. */
    @Test
    void lengthens_deepseek_scores_by_the_square_of_its_scale() {
        RopeScaling scaling = new RopeScaling(40, 1, 4096, 1, 32, 1);
        double lengthened = 1 + 0.1 * 0.707 * Math.log(40);
        assertThat(scaling.latentScale(0.707f)).isCloseTo((float) (lengthened * lengthened), within(1e-5f));
        assertThat(new RopeScaling(1, 0, 4096, 1, 32, 1).latentScale(0)).isEqualTo(1);
    }

    private static float[] unscaled() {
        float[] frequencies = new float[COLUMNS / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(BASE, -2.0 * i / COLUMNS);
        }
        return frequencies;
    }
}

package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.output;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.rows;
import static dev.cortado.engine.reference.Fixture.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Rope;
import org.junit.jupiter.api.Test;

/** Convolution over time and the selective scan: both carry a state from batch to batch. */
class RecurrenceTest {
    private final Backend backend = new ReferenceBackend();

    private KvCache cache(int floats) {
        return backend.kvCache(new KvShape(new int[] {0}, new int[] {0}, new int[] {floats}, KvShape.Type.F16), 16);
    }

    private float[][] convolve(KvCache cache, int position, float[]... x) {
        Parameter weight = backend.parameter(row(100, 10, 1, 0, 0, -1)); // two channels, the newest row's weight last
        Activations out = output(backend, 2);
        backend.convolve(
                activations(backend, x),
                weight,
                backend.parameter(row(0, 0.5f)),
                3,
                out,
                segment(cache, position, x.length),
                0,
                1);
        return rows(out);
    }

    @Test
    void a_convolution_looks_back_into_the_rows_before_the_segment() {
        float[][] atOnce = {{1, -0.5f}, {12, -1.5f}, {123, -2.5f}, {234, -3.5f}};
        assertThat(convolve(cache(5), 0, row(1, 1), row(2, 2), row(3, 3), row(4, 4)))
                .isEqualTo(atOnce);
        KvCache stepwise = cache(5);
        assertThat(convolve(stepwise, 0, row(1, 1))).isEqualTo(new float[][] {atOnce[0]});
        assertThat(convolve(stepwise, 1, row(2, 2), row(3, 3))).isEqualTo(new float[][] {atOnce[1], atOnce[2]});
        assertThat(convolve(stepwise, 3, row(4, 4))).isEqualTo(new float[][] {atOnce[3]});
        stepwise.resetState();
        assertThat(convolve(stepwise, 0, row(1, 1))).isEqualTo(new float[][] {atOnce[0]});
    }

    private float[][] scan(KvCache cache, int position, float[]... x) {
        float[][] zeros = new float[x.length][1];
        float[][] ones = new float[x.length][];
        float[][] outputs = new float[x.length][];
        for (int t = 0; t < x.length; t++) {
            ones[t] = row(1, 2);
            outputs[t] = row(1, 10);
        }
        Activations out = output(backend, 1);
        backend.selectiveScan(
                activations(backend, x),
                activations(backend, zeros), // softplus(0) = log 2
                backend.parameter(row(-1, 0)), // so the first state halves at each step, the second stays
                activations(backend, ones),
                activations(backend, outputs),
                backend.parameter(row(100)),
                out,
                segment(cache, position, x.length),
                0,
                0);
        return rows(out);
    }

    @Test
    void a_scan_decays_its_states_and_adds_the_input() {
        double step = Math.log(2);
        double first = step * 1 + 10 * step * 2 + 100;
        double second = step * 1 / 2 + 10 * step * 2;
        float[][] atOnce = scan(cache(2), 0, row(1), row(0));
        assertThat(atOnce[0]).containsExactly(row((float) first), within(1e-4f));
        assertThat(atOnce[1]).containsExactly(row((float) second), within(1e-5f));
        KvCache stepwise = cache(2);
        assertThat(scan(stepwise, 0, row(1))).isEqualTo(new float[][] {atOnce[0]});
        assertThat(scan(stepwise, 1, row(0))).isEqualTo(new float[][] {atOnce[1]});
    }

    @Test
    void softplus_neither_overflows_nor_vanishes() {
        assertThat(Nonlinearity.softplus(1000)).isEqualTo(1000);
        assertThat(Nonlinearity.softplus(-30)).isEqualTo(Math.exp(-30), within(1e-20));
    }

    @Test
    void a_state_that_is_too_small_is_refused_and_so_is_discarding_from_it() {
        KvCache small = cache(4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> convolve(small, 0, row(1, 1)))
                .withMessage("layer 0 has 4 floats of state, expected at least 4 from 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.discard(small, 0, 1, 2, new Rope[] {null}, new int[] {0}))
                .withMessageContaining("layer 0 is recurrent");
    }
}

package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.output;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Norm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Norms, non-linearities and arithmetic on rows. */
class ElementwiseTest {
    private final Backend backend = new ReferenceBackend();

    @ParameterizedTest(name = "{0}({1}) = {2}")
    @CsvSource({
        "SILU, 1, 0.7310585786",
        "SILU, -2, -0.2384058440",
        "GELU, 1, 0.8411919906",
        "GELU, -3, -0.0036373920",
        "GELU_ERF, 1, 0.8413447461",
        "GELU_ERF, -1, -0.1586552539",
        "GELU_ERF, 6, 5.9999999941",
        "RELU, 3, 3",
        "RELU, -3, 0",
        "RELU_SQUARED, 3, 9",
        "RELU_SQUARED, -3, 0",
    })
    void a_nonlinearity_has_its_textbook_value(Activation f, float x, float expected) {
        Activations y = output(backend, 1);
        backend.activate(f, activations(backend, row(x)), null, y);
        assertThat(rows(y)[0][0]).isEqualTo(expected, within(1e-7f));
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 0.520499877813046538",
        "2, 0.995322265018952734",
        "2.999, 0.9999777698314002",
        "3.001, 0.9999780483390822",
        "4, 0.999999984582742100"
    })
    void erf_agrees_with_its_table(double x, double expected) {
        assertThat(ErrorFunction.erf(x)).isEqualTo(expected, within(1e-11));
        assertThat(ErrorFunction.erf(-x)).isEqualTo(-expected, within(1e-11));
    }

    @Test
    void a_gate_is_multiplied_by_up_and_may_be_the_output() {
        Activations gate = activations(backend, row(2, -1));
        backend.activate(Activation.RELU, gate, activations(backend, row(10, 10)), gate);
        assertThat(rows(gate)).isEqualTo(new float[][] {{20, 0}});
    }

    @Test
    void gpt_oss_clamps_gate_and_up() {
        Activations y = output(backend, 3);
        Activations gate = activations(backend, row(100, 1, -1));
        backend.activate(Activation.SWIGLU_OAI, gate, activations(backend, row(100, -100, 2)), y);
        float sigmoid = (float) (1 / (1 + Math.exp(-1.702)));
        assertThat(rows(y)[0])
                .containsExactly(
                        row((float) (7 / (1 + Math.exp(-11.914)) * 8), -6 * sigmoid, -3 * (1 - sigmoid)),
                        within(1e-6f));
        assertThatIllegalArgumentException().isThrownBy(() -> backend.activate(Activation.SWIGLU_OAI, gate, null, y));
    }

    @Test
    void rms_norm_makes_the_mean_square_one() {
        Activations x = activations(backend, row(3, -4, 0, 0));
        Norm norm = new Norm(Norm.Kind.RMS, backend.parameter(row(1, 10, 1, 1)), null, 0, 0);
        backend.norm(x, norm, x); // sqrt(25 / 4) = 2.5
        assertThat(rows(x)).isEqualTo(new float[][] {{1.2f, -16, 0, 0}});
    }

    @Test
    void layer_norm_centres_and_divides_by_the_deviation() {
        Activations y = output(backend, 2);
        Norm norm = new Norm(Norm.Kind.LAYER, backend.parameter(row(2, 2)), backend.parameter(row(0, 1)), 0, 0);
        backend.norm(activations(backend, row(5, 9)), norm, y); // mean 7, deviation 2
        assertThat(rows(y)).isEqualTo(new float[][] {{-2, 3}});
    }

    @Test
    void epsilon_keeps_a_row_of_zeros_finite() {
        Activations x = activations(backend, row(0, 0));
        backend.norm(x, new Norm(Norm.Kind.RMS, null, null, 1e-6f, 0), x);
        assertThat(rows(x)).isEqualTo(new float[][] {{0, 0}});
    }

    @Test
    void heads_are_normalised_each_by_itself_with_a_shared_or_a_full_weight() {
        Activations shared = activations(backend, row(2, 2, 7, 7));
        backend.norm(shared, new Norm(Norm.Kind.RMS, backend.parameter(row(1, 3)), null, 0, 2), shared);
        assertThat(rows(shared)).isEqualTo(new float[][] {{1, 3, 1, 3}});
        Activations full = activations(backend, row(2, 2, 7, 7));
        backend.norm(full, new Norm(Norm.Kind.RMS, backend.parameter(row(1, 2, 3, 4)), null, 0, 2), full);
        assertThat(rows(full)).isEqualTo(new float[][] {{1, 2, 3, 4}});
    }

    @Test
    void arithmetic_in_place() {
        Activations x = activations(backend, row(1, 2), row(3, 4));
        backend.add(x, activations(backend, row(10, 20), row(30, 40)), 0.5f);
        assertThat(rows(x)).isEqualTo(new float[][] {{6, 12}, {18, 24}});
        backend.multiply(x, activations(backend, row(1, 2), row(0, 1)));
        assertThat(rows(x)).isEqualTo(new float[][] {{6, 24}, {0, 24}});
        backend.multiply(x, activations(backend, row(2), row(-1)));
        assertThat(rows(x)).isEqualTo(new float[][] {{12, 48}, {-0f, -24}});
        backend.addParameter(x, backend.parameter(row(1, -1)));
        assertThat(rows(x)).isEqualTo(new float[][] {{13, 47}, {1, -25}});
        backend.multiplyParameter(x, backend.parameter(row(1, 2)));
        assertThat(rows(x)).isEqualTo(new float[][] {{13, 94}, {1, -50}});
        backend.clamp(x, 20);
        assertThat(rows(x)).isEqualTo(new float[][] {{13, 20}, {1, -20}});
        backend.scale(x, -1);
        assertThat(rows(x)).isEqualTo(new float[][] {{-13, -20}, {-1, 20}});
        Activations y = output(backend, 2);
        backend.copy(x, y);
        assertThat(rows(y)).isEqualTo(rows(x));
    }

    @Test
    void squashing_functions() {
        Activations x = activations(backend, row(0, 30, 1e9f));
        backend.softCap(x, 30);
        assertThat(rows(x)).isEqualTo(new float[][] {{0, (float) (30 * Math.tanh(1)), 30}});
        Activations z = activations(backend, row(0, (float) Math.log(3)));
        backend.sigmoid(z);
        assertThat(rows(z)[0]).containsExactly(row(0.5f, 0.75f), within(1e-7f));
    }
}

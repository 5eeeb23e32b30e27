package dev.cortado.contract;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Non-linearities and arithmetic, in place and out of place. */
interface ElementwiseContract extends UnderTest {
    @ParameterizedTest
    @EnumSource
    default void gated_and_plain_activations(Activation f) {
        for (int[] size : new int[][] {{1, 1}, {1, 130}, {3, 37}, {40, 512}}) {
            float[][] gate = values(70, size[0], size[1]);
            float[][] up = values(71, size[0], size[1]);
            String what = "%s of %d x %d".formatted(f, size[0], size[1]);
            assertAgreement(what, elementary(), bench -> {
                Activations out = bench.output(size[0] + 2, size[1]);
                bench.backend().activate(f, bench.input(gate), bench.input(up), out);
                return bench.rows(out);
            });
            assertAgreement(what + " into the gate", elementary(), bench -> {
                Activations out = bench.input(gate);
                bench.backend().activate(f, out, bench.input(up), out);
                return bench.rows(out);
            });
            assertAgreement(what + " into up", elementary(), bench -> {
                Activations out = bench.input(up);
                bench.backend().activate(f, bench.input(gate), out, out);
                return bench.rows(out);
            });
            if (f != Activation.SWIGLU_OAI) { // needs a gate
                assertAgreement(what + " without up, in place", elementary(), bench -> {
                    Activations out = bench.input(gate);
                    bench.backend().activate(f, out, null, out);
                    return bench.rows(out);
                });
            }
        }
    }

    /** A fused product's two halves. */
    @Test
    default void gate_and_up_may_be_halves_of_one_matrix() {
        float[][] both = values(72, 5, 96);
        assertAgreement("halves", elementary(), bench -> {
            Activations x = bench.input(both);
            Activations out = bench.output(5, 48);
            bench.backend().activate(Activation.SILU, x.columns(0, 48), x.columns(48, 48), out);
            return bench.rows(out);
        });
    }

    @Test
    default void sums_and_products_of_rows() {
        for (int[] size : new int[][] {{1, 1}, {1, 100}, {4, 33}, {50, 256}}) {
            float[][] y = values(73, size[0], size[1]);
            float[][] factors = values(74, size[0], 1);
            assertInPlace("add", size, (bench, x) -> bench.backend().add(x, bench.input(y), 1));
            assertInPlace("add a part", size, (bench, x) -> bench.backend().add(x, bench.input(y), -0.37f));
            assertInPlace("multiply", size, (bench, x) -> bench.backend().multiply(x, bench.input(y)));
            assertInPlace("multiply rows", size, (bench, x) -> bench.backend().multiply(x, bench.input(factors)));
        }
    }

    @Test
    default void sums_and_products_with_a_parameter() {
        for (int[] size : new int[][] {{1, 1}, {1, 100}, {4, 33}, {50, 256}}) {
            float[] p = Samples.gaussian(new Random(75), size[1]);
            assertInPlace("addParameter", size, (bench, x) -> bench.backend().addParameter(x, bench.parameter(p)));
            assertInPlace(
                    "multiplyParameter", size, (bench, x) -> bench.backend().multiplyParameter(x, bench.parameter(p)));
        }
    }

    @Test
    default void functions_of_one_value() {
        for (int[] size : new int[][] {{1, 1}, {1, 100}, {4, 33}, {50, 256}}) {
            assertInPlace("scale", size, on((backend, x) -> backend.scale(x, 0.37f)));
            assertInPlace("clamp", size, on((backend, x) -> backend.clamp(x, 2)));
            assertInPlace("softCap", size, on((backend, x) -> backend.softCap(x, 3)));
            assertInPlace("sigmoid", size, on(Backend::sigmoid));
        }
    }

    /** Gaussian, with zeros of both signs and values far out where e^x overflows or vanishes. */
    private static float[][] values(long seed, int rows, int columns) {
        float[][] x = Samples.gaussian(new Random(seed), rows, columns);
        float[] special = {0f, -0f, 20, -20, 100, -100, 3000, -3000, 1e-20f};
        for (int i = 0; i < columns && columns > 1; i++) {
            x[0][i] = i % 4 == 0 ? special[i / 4 % special.length] : 3 * x[0][i];
        }
        return x;
    }

    private static BiConsumer<Workbench, Activations> on(BiConsumer<Backend, Activations> operation) {
        return (bench, x) -> operation.accept(bench.backend(), x);
    }

    private void assertInPlace(String what, int[] size, BiConsumer<Workbench, Activations> operation) {
        float[][] x = values(76, size[0], size[1]);
        assertAgreement("%s on %d x %d".formatted(what, size[0], size[1]), elementary(), bench -> {
            Activations rows = bench.input(x);
            operation.accept(bench, rows);
            return bench.rows(rows);
        });
    }

    /** Relative, and absolute near zero, where 1 + tanh(x) and the like cancel. */
    private Tolerance elementary() {
        return Tolerance.relative(precision(), 1);
    }
}

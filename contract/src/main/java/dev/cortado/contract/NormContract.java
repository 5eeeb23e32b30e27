package dev.cortado.contract;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Norm;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RMS and layer normalisation, of rows and of heads. */
interface NormContract extends UnderTest {
    @ParameterizedTest
    @EnumSource
    default void rows_are_normalised(Norm.Kind kind) {
        Random random = new Random(30);
        for (int columns : new int[] {1, 5, 32, 100, 1027}) {
            for (int rows : new int[] {1, 3, 40}) {
                float[][] x = Samples.gaussian(random, rows, columns);
                float[] weight = Samples.gaussian(random, columns);
                float[] bias = Samples.gaussian(random, columns);
                assertNorm(kind, x, weight, bias, 1e-5f, 0, columns == 1 ? 1e-2 : precision());
                assertNorm(kind, x, weight, null, 1e-5f, 0, columns == 1 ? 1e-2 : precision());
                assertNorm(kind, x, null, null, 1e-5f, 0, columns == 1 ? 1e-2 : precision());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    default void heads_are_normalised_with_a_shared_and_with_a_full_weight(Norm.Kind kind) {
        Random random = new Random(31);
        for (int head : new int[] {8, 20, 64, 128}) {
            float[][] x = Samples.gaussian(random, 7, 3 * head);
            assertNorm(kind, x, Samples.gaussian(random, head), null, 1e-6f, head, precision());
            assertNorm(kind, x, Samples.gaussian(random, 3 * head), null, 1e-6f, head, precision());
            assertNorm(
                    kind, x, Samples.gaussian(random, head), Samples.gaussian(random, head), 1e-6f, head, precision());
        }
    }

    @ParameterizedTest
    @EnumSource
    default void zeros_and_tiny_rows_are_kept_finite_by_epsilon(Norm.Kind kind) {
        float[][] x = Samples.gaussian(new Random(32), 3, 50);
        for (int i = 0; i < 50; i++) {
            x[0][i] = 0;
            x[1][i] *= 1e-10f;
        }
        assertNorm(kind, x, null, null, 1e-5f, 0, precision());
    }

    @Test
    default void a_large_mean_does_not_drown_the_variance() {
        float[][] x = Samples.gaussian(new Random(33), 3, 512);
        for (float[] row : x) {
            for (int i = 0; i < row.length; i++) {
                row[i] += 1000;
            }
        }
        assertNorm(Norm.Kind.LAYER, x, null, null, 1e-5f, 0, 1e-3);
    }

    private void assertNorm(
            Norm.Kind kind,
            float[][] x,
            float @Nullable [] weight,
            float @Nullable [] bias,
            float epsilon,
            int group,
            double precision) {
        String what = "%s of %d x %d, groups of %d".formatted(kind, x.length, x[0].length, group);
        for (boolean inPlace : new boolean[] {false, true}) {
            assertAgreement(what + (inPlace ? ", in place" : ""), Tolerance.relative(precision, 1), bench -> {
                Norm norm = new Norm(
                        kind,
                        weight == null ? null : bench.parameter(weight),
                        bias == null ? null : bench.parameter(bias),
                        epsilon,
                        group);
                Activations in = bench.input(x);
                Activations out = inPlace ? in : bench.output(x.length + 1, x[0].length);
                bench.backend().norm(in, norm, out);
                return bench.rows(out);
            });
        }
    }
}

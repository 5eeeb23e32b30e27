package dev.cortado.contract;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with weights of every type. */
interface MatmulContract extends UnderTest {
    /** Blocks a row, rows, tokens: odd and even, less and more than any tile. */
    int[][] SHAPES = {
        {1, 1, 1}, {1, 3, 2}, {1, 8, 4}, {2, 33, 5}, {3, 1, 3}, {3, 2, 8}, {3, 8, 1}, {3, 33, 1}, {4, 5, 33}, {4, 33, 4}
    };

    @ParameterizedTest
    @EnumSource
    default void products_with_whole_activations_are_as_good_as_float_sums(TensorType type) {
        Random random = new Random(1);
        for (int[] shape : SHAPES) {
            Tensor weights = Weights.tame(type, random, shape[1], shape[0] * columnUnit(type));
            assertProduct(weights, Samples.integers(random, shape[2], weights.columns()), 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void products_with_any_activations_lose_no_more_than_their_rounding(TensorType type) {
        Random random = new Random(2);
        for (int tokens : new int[] {1, 3, 9}) {
            Tensor weights = Weights.tame(type, random, 40, 3 * columnUnit(type));
            assertProduct(weights, Samples.gaussian(random, tokens, weights.columns()), activationBlock(type));
        }
    }

    @ParameterizedTest
    @EnumSource
    default void denormal_negative_and_large_scales_are_honoured(TensorType type) {
        Random random = new Random(3);
        Tensor weights = Weights.wild(type, random, 96, columnUnit(type));
        for (int tokens : new int[] {1, 2, 4, 5}) {
            assertProduct(weights, Samples.integers(random, tokens, weights.columns()), 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void blocks_of_equal_bytes_are_honoured(TensorType type) {
        Random random = new Random(4);
        for (int value : new int[] {0, 0x80, 0x3c, 0xbb, 0x55, 0xaa}) {
            Weights.filled(type, value, 5, 2 * columnUnit(type)).ifPresent(weights -> {
                assertProduct(weights, Samples.integers(random, 1, weights.columns()), 0);
                assertProduct(weights, Samples.integers(random, 4, weights.columns()), 0);
            });
        }
    }

    @Test
    default void weights_of_minus_128_do_not_overflow() {
        Tensor weights = Weights.lowestQ8(9, 8192);
        float[][] x = new float[5][8192];
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < 8192; i++) {
                x[row][i] = row % 2 == 0 ? 127 : -127;
            }
        }
        assertProduct(weights, x, 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q8_0", "Q4_K", "Q6_K", "IQ4_XS", "MXFP4"})
    default void a_thousand_tokens(TensorType type) {
        Random random = new Random(5);
        Tensor weights = Weights.tame(type, random, 37, Math.max(columnUnit(type), 96));
        assertProduct(weights, Samples.integers(random, 1000, weights.columns()), 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    default void rows_may_be_longer_than_the_first_cache(TensorType type) {
        Random random = new Random(10);
        Tensor weights = Weights.tame(type, random, 7, 4096 + 133);
        for (int tokens : new int[] {1, 3}) {
            assertProduct(weights, Samples.gaussian(random, tokens, weights.columns()), activationBlock(type));
        }
    }

    @ParameterizedTest
    @EnumSource
    default void rows_may_have_thousands_of_columns(TensorType type) {
        Random random = new Random(9);
        Tensor weights = Weights.tame(type, random, 150, 11 * 256);
        for (int tokens : new int[] {1, 3, 8}) {
            assertProduct(weights, Samples.integers(random, tokens, weights.columns()), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    default void matrices_that_are_worth_several_threads(int tokens) {
        Random random = new Random(6);
        for (TensorType type : new TensorType[] {TensorType.Q8_0, TensorType.Q4_K, TensorType.F16}) {
            Tensor weights = Weights.tame(type, random, 1031, 256);
            assertProduct(weights, Samples.integers(random, tokens, 256), 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    default void activations_of_nothing_and_of_outliers(TensorType type) {
        Random random = new Random(7);
        Tensor weights = Weights.tame(type, random, 19, 2 * columnUnit(type));
        float[][] x = Samples.integers(random, 6, weights.columns());
        for (int i = 0; i < weights.columns(); i++) {
            x[0][i] = 0;
            x[1][i] = x[1][i] == 127 ? 127 : 0;
            x[2][i] *= 0x1p-80f;
            x[3][i] *= 0x1p80f;
            x[4][i] = -x[4][i];
        }
        assertProduct(weights, x, 0);
        assertProduct(weights, new float[][] {x[0]}, 0);
        assertProduct(weights, new float[][] {x[2]}, 0);
        assertProduct(weights, new float[][] {x[3]}, 0);
    }

    @Test
    default void columns_need_be_no_multiple_of_anything() {
        Random random = new Random(8);
        for (TensorType type : new TensorType[] {TensorType.F32, TensorType.F16, TensorType.BF16}) {
            for (int columns : new int[] {1, 2, 7, 31, 33, 100}) {
                Tensor weights = Weights.tame(type, random, 5, columns);
                assertProduct(weights, Samples.gaussian(random, 1, columns), activationBlock(type));
                assertProduct(weights, Samples.gaussian(random, 6, columns), activationBlock(type));
            }
        }
    }

    @Test
    default void several_matrices_of_different_types_share_an_input_and_have_biases() {
        Random random = new Random(9);
        Tensor[] weights = {
            Weights.tame(TensorType.Q4_K, random, 64, 256),
            Weights.tame(TensorType.Q6_K, random, 17, 256),
            Weights.tame(TensorType.Q8_0, random, 17, 256),
            Weights.tame(TensorType.F32, random, 1, 256)
        };
        float[][] biases = {null, Samples.gaussian(random, 17), null, Samples.gaussian(random, 1)};
        for (int tokens : new int[] {1, 6}) {
            float[][] x = Samples.integers(random, tokens, 256);
            for (int result = 0; result < weights.length; result++) {
                int wanted = result;
                assertAgreement(
                        "matrix %d of 4, %d tokens".formatted(result, tokens), sums(weights[result], x, 0), bench -> {
                            Linear[] layers = new Linear[weights.length];
                            Activations[] outs = new Activations[weights.length];
                            for (int j = 0; j < layers.length; j++) {
                                layers[j] = bench.linear(weights[j], biases[j]);
                                outs[j] = bench.output(tokens + 1, (int) weights[j].rows());
                            }
                            bench.backend().matmul(bench.input(x), layers, outs);
                            return bench.rows(outs[wanted]);
                        });
            }
        }
    }

    @Test
    default void outputs_may_be_neighbouring_columns_of_one_matrix() {
        Random random = new Random(10);
        Tensor gate = Weights.tame(TensorType.Q4_0, random, 40, 64);
        Tensor up = Weights.tame(TensorType.Q4_0, random, 24, 64);
        float[][] x = Samples.integers(random, 3, 64);
        Tolerance gateSums = sums(gate, x, 0);
        Tolerance upSums = sums(up, x, 0);
        assertAgreement(
                "two views",
                (row, column, expected) ->
                        column < 40 ? gateSums.at(row, column, expected) : upSums.at(row, column - 40, expected),
                bench -> {
                    Activations out = bench.output(3, 64);
                    bench.backend()
                            .matmul(
                                    bench.input(x),
                                    new Linear[] {bench.linear(gate, null), bench.linear(up, null)},
                                    new Activations[] {out.columns(0, 40), out.columns(40, 24)});
                    return bench.rows(out);
                });
    }

    @Test
    default void no_rows_give_no_rows() {
        Tensor weights = Weights.tame(TensorType.Q8_0, new Random(11), 8, 32);
        assertAgreement("no rows", Tolerance.relative(0, 0), bench -> {
            Activations out = bench.output(2, 8);
            out.rows(2);
            Activations in = bench.output(1, 32);
            bench.backend().matmul(in, new Linear[] {bench.linear(weights, null)}, new Activations[] {out});
            return bench.rows(out);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
    default void each_head_has_a_matrix_of_its_own(TensorType type) {
        Random random = new Random(12);
        int heads = 3;
        Tensor[] weights = new Tensor[heads];
        for (int h = 0; h < heads; h++) {
            weights[h] = Weights.tame(type, random, 10, 64);
        }
        for (int tokens : new int[] {1, 5}) {
            float[][] x = Samples.integers(random, tokens, heads * 64);
            Tolerance[] sums = new Tolerance[heads];
            for (int h = 0; h < heads; h++) {
                float[][] part = new float[tokens][64];
                for (int t = 0; t < tokens; t++) {
                    System.arraycopy(x[t], h * 64, part[t], 0, 64);
                }
                sums[h] = sums(weights[h], part, 0);
            }
            assertAgreement(
                    "%d heads of %s, %d tokens".formatted(heads, type, tokens),
                    (row, column, expected) -> sums[column / 10].at(row, column % 10, expected),
                    bench -> {
                        Matrix[] matrices = new Matrix[heads];
                        for (int h = 0; h < heads; h++) {
                            matrices[h] = bench.matrix(weights[h]);
                        }
                        Activations out = bench.output(tokens, heads * 10);
                        bench.backend().matmulPerHead(bench.input(x), matrices, out);
                        return bench.rows(out);
                    });
        }
    }

    private void assertProduct(Tensor weights, float[][] x, int block) {
        assertAgreement("%s x %d tokens".formatted(weights.name(), x.length), sums(weights, x, block), bench -> {
            Activations out = bench.output(x.length + 1, (int) weights.rows());
            bench.backend().matmul(bench.input(x), new Linear[] {bench.linear(weights, null)}, new Activations[] {out});
            return bench.rows(out);
        });
    }

    /** The smallest sensible width: whole blocks, and no fewer than 32 columns. */
    private static int columnUnit(TensorType type) {
        return Math.max(32, type.blockSize());
    }

    /** See {@link ProductTolerance}. */
    private Tolerance sums(Tensor weights, float[][] x, int block) {
        return new ProductTolerance(Weights.floats(weights), x, precision(), block);
    }
}

package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cortado.kernels.cpu.startup.VectorModule;
import dev.cortado.kernels.cpu.weights.Inputs;
import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.InterleavedRows;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain loops and vectors give the same bits; plain loops are right. */
class FloatKernelsTest {
    private final Random random = new Random(5);

    private float[] floats(int n, float spread) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian() * spread;
        }
        return x;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 9})
    void the_tile_in_vectors_equals_the_plain_tile_bit_for_bit(int strips) {
        assumeTrue(VectorModule.PRESENT, "needs the Vector API");
        int depth = 37;
        for (int rows = 1; rows <= 15; rows++) {
            float[] panel = floats(strips * depth * 16 + 5, 1);
            float[] x = floats(rows * 50, 1);
            float[] plain = floats(rows * 200, 1);
            float[] vector = plain.clone();
            FloatKernels.plain().tile().add(panel, 5, depth * 16, strips, x, 3, 45, rows, depth, plain, 7, 190);
            FloatKernels.vector().tile().add(panel, 5, depth * 16, strips, x, 3, 45, rows, depth, vector, 7, 190);
            assertThat(vector).as("%d rows", rows).isEqualTo(plain);
        }
    }

    @Test
    void halves_in_vectors_and_in_plain_loops_equal_a_tile_of_floats_bit_for_bit() {
        assumeTrue(VectorModule.PRESENT, "needs the Vector API");
        int depth = 37;
        short[] halves = new short[5 + depth * Halves.COLUMNS];
        for (int i = 0; i < halves.length; i++) {
            float spread = i % 3 == 0 ? 1e-7f : i % 3 == 1 ? 1 : 3000;
            halves[i] = Float.floatToFloat16((float) random.nextGaussian() * spread);
        }
        float[] panel = new float[4 * depth * 16];
        float[] strips = new float[panel.length];
        for (int strip = 0; strip < 4; strip++) {
            FloatKernels.plain().halves().strip(halves, 5 + 16 * strip, depth, panel, strip * depth * 16);
            FloatKernels.vector().halves().strip(halves, 5 + 16 * strip, depth, strips, strip * depth * 16);
        }
        assertThat(panel[depth * 16 + 16]).isEqualTo(Float.float16ToFloat(halves[5 + 64 + 16]));
        assertThat(strips).isEqualTo(panel);
        for (int rows = 1; rows <= 7; rows++) {
            float[] x = floats(rows * 50, 1);
            float[] tile = floats(rows * 80, 1);
            float[] plain = tile.clone();
            float[] vector = tile.clone();
            FloatKernels.plain().tile().add(panel, 0, depth * 16, 4, x, 3, 45, rows, depth, tile, 7, 70);
            FloatKernels.plain().halves().add(halves, 5, x, 3, 45, rows, depth, plain, 7, 70);
            FloatKernels.vector().halves().add(halves, 5, x, 3, 45, rows, depth, vector, 7, 70);
            assertThat(plain).as("%d rows", rows).isEqualTo(tile);
            assertThat(vector).as("%d rows", rows).isEqualTo(tile);
        }
    }

    @Test
    void the_plain_tile_sums_along_k() {
        float[] panel = floats(2 * 3 * 16, 1);
        float[] x = floats(15, 1);
        float[] sums = new float[5 * 32];
        FloatKernels.plain().tile().add(panel, 0, 48, 2, x, 0, 3, 5, 3, sums, 0, 32);
        for (int row = 0; row < 5; row++) {
            for (int column = 0; column < 32; column++) {
                double expected = 0;
                for (int k = 0; k < 3; k++) {
                    expected += (double) x[row * 3 + k] * panel[column / 16 * 48 + k * 16 + column % 16];
                }
                assertThat(sums[row * 32 + column]).isEqualTo((float) expected, within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"32, false", "32, true", "16, false", "16, true"})
    void the_integer_tile_sums_runs_exactly_and_scales_them_in_order(int run, boolean offsets) {
        int columns = 512;
        int depth = 192;
        int first = 64;
        IntegerPanel.Room panel = new IntegerPanel.Room();
        panel.run = run;
        panel.runs = depth / run;
        panel.hasOffsets = offsets;
        int largest = 127 * run / 2;
        for (int i = 0; i < panel.pairs.length; i++) {
            // all of one sign, so that sums come close to what 16 bits hold
            int weight = Short.MAX_VALUE / largest;
            panel.pairs[i] = i % 7 == 0 ? random.nextInt(weight) | -random.nextInt(weight) << 16 : weight | weight << 16;
        }
        for (int i = 0; i < panel.factors.length; i++) {
            panel.factors[i] = (float) random.nextGaussian();
            panel.offsets[i] = (float) random.nextGaussian();
        }
        for (int rows = 1; rows <= 9; rows++) {
            float[] x = floats((rows + 4) * columns, 1);
            for (int i = 0; i < columns; i++) {
                x[4 * columns + i] = 127;
            }
            Inputs inputs = new Inputs();
            inputs.set(x, 0, columns, rows + 4, columns);
            inputs.reserveMany(offsets);
            inputs.quantize(0, rows + 4);
            InterleavedRows many = inputs.many();
            float[] sums = floats(rows * 80, 1);
            float[] plain = sums.clone();
            FloatKernels.plain().integerTile().add(panel, many, 4, rows, first / run, plain, 5, 70);
            for (int row = 0; row < rows; row++) {
                for (int c = 0; c < IntegerTile.COLUMNS; c++) {
                    float expected = sums[5 + row * 70 + c];
                    for (int j = 0; j < panel.runs; j++) {
                        int sum = 0;
                        for (int p = j * run / 2; p < (j + 1) * run / 2; p++) {
                            int weights = panel.pairs[p * IntegerTile.COLUMNS + c];
                            int pair = many.pairs()[InterleavedRows.at(row + 4, columns / 2) + (first / 2 + p) * 4];
                            sum += (short) weights * (short) pair + (weights >> 16) * (pair >> 16);
                        }
                        float scale = many.scales()[InterleavedRows.at(row + 4, columns / 32) + (first + j * run) / 32 * 4];
                        int of = j * IntegerTile.COLUMNS + c;
                        expected = Math.fma((float) sum, panel.factors[of] * scale, expected);
                        if (offsets) {
                            int inputSum = InterleavedRows.at(row + 4, columns / run) + (first / run + j) * 4;
                            expected = Math.fma(panel.offsets[of], many.scaledSums(run)[inputSum], expected);
                        }
                    }
                    assertThat(plain[5 + row * 70 + c]).as("row %d, column %d", row, c).isEqualTo(expected);
                }
            }
            if (VectorModule.PRESENT) {
                FloatKernels.vector().integerTile().add(panel, many, 4, rows, first / run, sums, 5, 70);
                assertThat(sums).as("%d rows in vectors", rows).isEqualTo(plain);
            }
        }
    }

    @Test
    void exponentials_in_vectors_equal_the_plain_ones_bit_for_bit() {
        assumeTrue(VectorModule.PRESENT, "needs the Vector API");
        float[] plain = floats(64 + 3, 40);
        plain[10] = Float.NEGATIVE_INFINITY;
        plain[11] = Float.NaN;
        plain[12] = Float.POSITIVE_INFINITY;
        plain[13] = -0f;
        float[] vector = plain.clone();
        float[] room = new float[16];
        float sum = FloatKernels.plain().exponentials().exponentials(plain, 3, 64, 1.5f, room);
        assertThat(FloatKernels.vector().exponentials().exponentials(vector, 3, 64, 1.5f, room))
                .isEqualTo((Float) sum); // NaN
        assertThat(vector).isEqualTo(plain);
        float[] finite = floats(64, 2);
        float[] same = finite.clone();
        sum = FloatKernels.plain().exponentials().exponentials(finite, 16, 48, 0.5f, room);
        assertThat(FloatKernels.vector().exponentials().exponentials(same, 16, 48, 0.5f, room))
                .isEqualTo(sum);
        assertThat(sum).isEqualTo(sum(finite, 16, 48), within(1e-4f));

        float[] x = floats(64, 30);
        float[] y = x.clone();
        for (int peak = 16; peak < 64; peak++) {
            float[] peaked = x.clone();
            peaked[peak] = 100;
            assertThat(FloatKernels.plain().exponentials().maximum(peaked, 16, 48, room))
                    .isEqualTo(100);
            assertThat(FloatKernels.vector().exponentials().maximum(peaked, 16, 48, room))
                    .isEqualTo(100);
        }
        x[20] = Float.NaN;
        float largest = FloatKernels.plain().exponentials().maximum(x, 0, 64, room);
        assertThat(FloatKernels.vector().exponentials().maximum(x, 0, 64, room)).isEqualTo((Float) largest);
        x[20] = y[20];
        float[] gelu = x.clone();
        gelu[3] = Float.NaN;
        gelu[4] = Float.POSITIVE_INFINITY;
        float[] geluVector = gelu.clone();
        FloatKernels.plain().exponentials().gelu(gelu, 0, 64);
        FloatKernels.vector().exponentials().gelu(geluVector, 0, 64);
        assertThat(geluVector).isEqualTo(gelu);
        FloatKernels.plain().exponentials().logistic(x, 0, 64);
        FloatKernels.vector().exponentials().logistic(y, 0, 64);
        assertThat(y).isEqualTo(x);
    }

    private static float sum(float[] x, int at, int n) {
        double sum = 0;
        for (int i = at; i < at + n; i++) {
            sum += x[i];
        }
        return (float) sum;
    }

    @Test
    void the_exponential_is_good_to_a_few_units_in_the_last_place() {
        for (float x = -87; x < 88; x += 0.00771f) {
            double exact = Math.exp(x);
            assertThat((double) PlainExponentials.exp(x)).isEqualTo(exact, within(3e-7 * exact));
        }
        assertThat(PlainExponentials.exp(0)).isEqualTo(1);
        assertThat(PlainExponentials.exp(-89)).isZero();
        assertThat(PlainExponentials.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(PlainExponentials.exp(100)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(PlainExponentials.exp(Float.NaN)).isNaN();
    }
}

package dev.cortado.kernels.cpu.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.startup.VectorModule;
import dev.cortado.kernels.cpu.startup.Warmup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrices of every type: what they hold, what they multiply to, whichever form of kernel computes. */
class WeightMatrixTest {
    /** No multiple of any number of lanes. */
    private static final int ROWS = 37;

    private static final int COLUMNS = 768;

    private final Warmup warmup = new Warmup();

    @AfterEach
    void endWarmup() {
        warmup.close();
    }

    static List<TensorType> types() {
        List<TensorType> types = new ArrayList<>(RandomTensor.INTERLEAVED);
        types.addAll(List.of(TensorType.F32, TensorType.F16, TensorType.BF16));
        return types;
    }

    static Stream<Kernels.Choice> choices() {
        return VectorModule.PRESENT
                ? Stream.of(Kernels.Choice.SCALAR, Kernels.Choice.VECTOR)
                : Stream.of(Kernels.Choice.SCALAR);
    }

    @ParameterizedTest
    @MethodSource("types")
    void every_row_dequantises_to_the_bits_of_the_file_format(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 1);
        float[] expected = Dequantizer.floats(tensor);
        for (boolean repack : new boolean[] {true, false}) {
            try (CpuMatrix matrix = matrix(tensor, repack, Kernels.Choice.SCALAR)) {
                float[] row = new float[COLUMNS];
                Scratch scratch = new Scratch();
                for (int r = 0; r < ROWS; r++) {
                    matrix.row(r, 0, COLUMNS, row, 0, scratch);
                    for (int k = 0; k < COLUMNS; k++) {
                        assertThat(row[k]).as("row %d column %d", r, k).isEqualTo(expected[r * COLUMNS + k] + 0f);
                    }
                }
            }
        }
    }

    static List<TensorType> typesOfIntegers() {
        return RandomTensor.INTERLEAVED.stream()
                .filter(type -> Layout.required(type).integers() != null)
                .toList();
    }

    static List<TensorType> typesOfFloats() {
        List<TensorType> types = types();
        types.removeAll(typesOfIntegers());
        return types;
    }

    @ParameterizedTest
    @MethodSource("typesOfIntegers")
    void a_panel_of_integers_holds_weights_in_the_order_of_the_inputs_pairs(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 10);
        float[] expected = Dequantizer.floats(tensor);
        int k = 256;
        int depth = 256;
        choices().forEach(choice -> {
            for (boolean repack : new boolean[] {true, false}) {
                try (CpuMatrix matrix = matrix(tensor, repack, choice)) {
                    for (int from = 0; from < ROWS; from += IntegerPanel.ROWS) {
                        IntegerPanel.Room panel = new IntegerPanel.Room();
                        Arrays.fill(panel.pairs, -1);
                        Arrays.fill(panel.factors, Float.NaN);
                        Arrays.fill(panel.offsets, matrix.offsets() ? Float.NaN : 0);
                        int to = Math.min(ROWS, from + IntegerPanel.ROWS);
                        matrix.integerPanel(from, to, k, depth, panel, new Scratch());
                        for (int i = 0; i < depth * IntegerPanel.ROWS; i++) {
                            int c = i / IntegerPanel.ROWS;
                            int r = i % IntegerPanel.ROWS;
                            float weight = from + r < to ? expected[(from + r) * COLUMNS + k + c] : 0;
                            assertThat(weight(panel, c, r))
                                    .as("%s, row %d column %d", choice, from + r, k + c)
                                    .isCloseTo(weight, Offset.offset(1e-5f * Math.abs(weight) + 1e-5f));
                        }
                    }
                }
            }
        });
    }

    /** Weight c of row r of a panel, whose pairs hold weights 4i and 4i + 2, and 4i + 1 and 4i + 3. */
    private static float weight(IntegerPanel.Room panel, int c, int r) {
        int pair = panel.pairs[(c / 4 * 2 + c % 2) * IntegerPanel.ROWS + r];
        int q = c % 4 < 2 ? (short) pair : pair >> 16;
        int run = c / panel.run * IntegerPanel.ROWS + r;
        return panel.factors[run] * q + panel.offsets[run];
    }

    @ParameterizedTest
    @MethodSource("typesOfIntegers")
    void plain_loops_and_vectors_fill_the_same_panel_of_integers(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 11);
        List<IntegerPanel.Room> panels = new ArrayList<>();
        choices().forEach(choice -> {
            try (CpuMatrix matrix = matrix(tensor, true, choice)) {
                IntegerPanel.Room panel = new IntegerPanel.Room();
                matrix.integerPanel(0, 32, 0, 256, panel, new Scratch());
                panels.add(panel);
            }
        });
        for (IntegerPanel.Room panel : panels) {
            assertThat(panel.pairs).isEqualTo(panels.getFirst().pairs);
            assertThat(panel.factors).isEqualTo(panels.getFirst().factors);
            for (int i = 0; i < panel.offsets.length; i++) {
                assertThat(panel.offsets[i] + 0f).isEqualTo(panels.getFirst().offsets[i] + 0f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("typesOfFloats")
    void a_panel_holds_the_same_bits_column_by_column(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 10);
        float[] expected = Dequantizer.floats(tensor);
        int k = 256;
        int depth = 512;
        choices().forEach(choice -> {
            for (boolean repack : new boolean[] {true, false}) {
                try (CpuMatrix matrix = matrix(tensor, repack, choice)) {
                    float[] panel = new float[3 + depth * Panel.ROWS];
                    for (int from = 0; from < ROWS; from += Panel.ROWS) {
                        int to = Math.min(ROWS, from + Panel.ROWS);
                        Arrays.fill(panel, Float.NaN);
                        matrix.panel(from, to, k, depth, panel, 3, new Scratch());
                        for (int c = 0; c < depth; c++) {
                            for (int r = 0; r < Panel.ROWS; r++) {
                                float weight = from + r < to ? expected[(from + r) * COLUMNS + k + c] : 0;
                                assertThat(panel[3 + c * Panel.ROWS + r] + 0f)
                                        .as("%s, row %d column %d", choice, from + r, k + c)
                                        .isEqualTo(weight + 0f);
                            }
                        }
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void a_panel_of_rows_that_no_vectors_fill_is_filled_to_the_end(TensorType type) {
        int columns = 83;
        Tensor tensor = RandomTensor.of(type, ROWS, columns, 14);
        float[] expected = Dequantizer.floats(tensor);
        choices().forEach(choice -> {
            try (CpuMatrix matrix = matrix(tensor, true, choice)) {
                int from = ROWS / Panel.ROWS * Panel.ROWS;
                float[] panel = new float[columns * Panel.ROWS + 1];
                Arrays.fill(panel, Float.NaN);
                matrix.panel(from, ROWS, 0, columns, panel, 0, new Scratch());
                for (int i = 0; i < columns * Panel.ROWS; i++) {
                    int row = from + i % Panel.ROWS;
                    assertThat(panel[i])
                            .as("%s, row %d column %d", choice, row, i / Panel.ROWS)
                            .isEqualTo(row < ROWS ? expected[row * columns + i / Panel.ROWS] : 0);
                }
                assertThat(panel[columns * Panel.ROWS]).isNaN();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("types")
    void a_product_is_the_sum_over_dequantised_weights_and_inputs(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 2);
        float[] weights = Dequantizer.floats(tensor);
        float[] x = inputs(3, 9);
        choices().forEach(choice -> {
            for (boolean repack : new boolean[] {true, false}) {
                try (CpuMatrix matrix = matrix(tensor, repack, choice)) {
                    String kernel = "%s kernel, repack %s".formatted(choice, repack);
                    assertProducts(multiply(matrix, x, 9), weights, x, kernel);
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("interleavedTypes")
    void the_largest_weights_times_the_largest_inputs_do_not_overflow(TensorType type) {
        float[] x = new float[3 * COLUMNS];
        for (int k = 0; k < COLUMNS; k++) {
            x[k] = 127;
            x[COLUMNS + k] = -127;
            x[2 * COLUMNS + k] = k % 2 == 0 ? 127 : -127;
        }
        for (int weight : new int[] {0, 0x7F, 0x80, 0xFF}) {
            Tensor tensor = RandomTensor.filled(type, ROWS, COLUMNS, (byte) weight);
            float[] weights = Dequantizer.floats(tensor);
            choices().forEach(choice -> {
                for (boolean repack : new boolean[] {true, false}) {
                    try (CpuMatrix matrix = matrix(tensor, repack, choice)) {
                        String kernel = "%s kernel, repack %s, bytes %x".formatted(choice, repack, weight);
                        assertProducts(multiply(matrix, x, 3), weights, x, kernel);
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("interleavedTypes")
    void rows_in_the_file_take_any_number_and_inputs_as_they_are(TensorType type) {
        Random random = new Random(11);
        for (int rows : new int[] {1, 2, 5}) {
            for (int blocks = 1; blocks <= 3; blocks++) {
                int columns = blocks * type.blockSize();
                Tensor tensor = RandomTensor.of(type, rows, columns, 12);
                float[] weights = Dequantizer.floats(tensor);
                float[] x = new float[columns];
                for (int k = 0; k < columns; k++) {
                    x[k] = (float) random.nextGaussian();
                }
                choices().forEach(choice -> {
                    try (CpuMatrix matrix = matrix(tensor, false, choice)) {
                        Inputs inputs = new Inputs();
                        inputs.set(x, 0, columns, 1, columns);
                        matrix.prepare(inputs);
                        float[] y = new float[rows];
                        matrix.multiply(inputs, 0, rows, y, 0, 0, new Scratch());
                        for (int r = 0; r < rows; r++) {
                            double exact = 0;
                            double magnitude = 0;
                            for (int k = 0; k < columns; k++) {
                                double product = (double) weights[r * columns + k] * x[k];
                                exact += product;
                                magnitude += Math.abs(product);
                            }
                            assertThat((double) y[r])
                                    .as("%s kernel, %d columns, row %d of %d", choice, columns, r, rows)
                                    .isCloseTo(exact, within(magnitude));
                        }
                    }
                });
            }
        }
    }

    static List<TensorType> interleavedTypes() {
        return RandomTensor.INTERLEAVED;
    }

    private static void assertProducts(float[] y, float[] weights, float[] x, String kernel) {
        for (int t = 0; t < x.length / COLUMNS; t++) {
            for (int r = 0; r < ROWS; r++) {
                double exact = 0;
                double magnitude = 0;
                for (int k = 0; k < COLUMNS; k++) {
                    double product = (double) weights[r * COLUMNS + k] * x[t * COLUMNS + k];
                    exact += product;
                    magnitude += Math.abs(product);
                }
                assertThat((double) y[t * ROWS + r])
                        .as("%s, token %d, row %d", kernel, t, r)
                        .isCloseTo(exact, within(magnitude));
            }
        }
    }

    /** Inputs are whole numbers that survive the quantisation, so what is left is the rounding of float sums. */
    private static Offset<Double> within(double magnitude) {
        return Offset.offset(2e-6 * magnitude + 1e-30);
    }

    @ParameterizedTest
    @MethodSource("types")
    void plain_loops_and_vectors_agree_bit_for_bit(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 4);
        float[] x = new float[9 * COLUMNS];
        Random random = new Random(5);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * (i % 97 == 0 ? 100 : 1);
        }
        for (boolean repack : new boolean[] {true, false}) {
            List<float[]> results = new ArrayList<>();
            choices().forEach(choice -> {
                try (CpuMatrix matrix = matrix(tensor, repack, choice)) {
                    results.add(multiply(matrix, x, 9));
                }
            });
            for (float[] result : results) {
                assertThat(result).as("repack %s", repack).isEqualTo(results.getFirst());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void rows_that_no_vectors_fill_are_multiplied_to_the_end(TensorType type) {
        int columns = 83;
        Tensor tensor = RandomTensor.of(type, ROWS, columns, 12);
        float[] weights = Dequantizer.floats(tensor);
        Random random = new Random(13);
        float[] x = new float[7 * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        for (int tokens = 1; tokens <= 7; tokens++) {
            Inputs inputs = new Inputs();
            inputs.set(x, 0, columns, tokens, columns);
            List<float[]> results = new ArrayList<>();
            choices().forEach(choice -> {
                try (CpuMatrix matrix = matrix(tensor, true, choice)) {
                    matrix.prepare(inputs);
                    float[] y = new float[inputs.tokens() * ROWS];
                    matrix.multiply(inputs, 0, ROWS, y, 0, ROWS, new Scratch());
                    results.add(y);
                }
            });
            for (float[] y : results) {
                assertThat(y).as("%d inputs", tokens).isEqualTo(results.getFirst());
            }
            for (int i = 0; i < tokens * ROWS; i++) {
                double exact = 0;
                double magnitude = 0;
                for (int k = 0; k < columns; k++) {
                    double product = (double) weights[i % ROWS * columns + k] * x[i / ROWS * columns + k];
                    exact += product;
                    magnitude += Math.abs(product);
                }
                assertThat((double) results.getFirst()[i]).isCloseTo(exact, within(magnitude));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0"})
    void more_than_eight_inputs_at_once_are_refused(TensorType type) {
        Inputs inputs = new Inputs();
        inputs.set(new float[9 * COLUMNS], 0, COLUMNS, 9, COLUMNS);
        if (type == TensorType.Q8_0) {
            assertThatThrownBy(inputs::prepareSideBySide).hasMessage("9 rows, but at most 8 are multiplied at once");
            return;
        }
        try (CpuMatrix matrix = matrix(RandomTensor.of(type, ROWS, COLUMNS, 15), true, Kernels.Choice.SCALAR)) {
            assertThatThrownBy(() -> matrix.prepare(inputs)).hasMessage("9 rows, but at most 8 are multiplied at once");
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void part_of_the_rows_leaves_the_rest_of_the_output_alone(TensorType type) {
        Tensor tensor = RandomTensor.of(type, ROWS, COLUMNS, 6);
        float[] x = inputs(7, 1);
        for (boolean repack : new boolean[] {true, false}) {
            try (CpuMatrix matrix = matrix(tensor, repack, Kernels.Choice.SCALAR)) {
                float[] all = multiply(matrix, x, 1);
                Inputs inputs = new Inputs();
                inputs.set(x, 0, COLUMNS, 1, COLUMNS);
                matrix.prepare(inputs);
                float[] y = new float[ROWS + 2];
                Arrays.fill(y, -7);
                int from = matrix.rowQuantum();
                matrix.multiply(inputs, from, ROWS, y, 1, 0, new Scratch());
                for (int i = 0; i < y.length; i++) {
                    assertThat(y[i]).isEqualTo(i > from && i <= ROWS ? all[i - 1] : -7);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"Q8_1", "Q8_K"})
    void every_type_of_a_file_gives_its_rows(TensorType type) {
        Tensor tensor = RandomTensor.of(type, 5, 512, 8);
        float[] weights = Dequantizer.floats(tensor);
        try (CpuMatrix matrix = matrix(tensor, true, Kernels.Choice.SCALAR)) {
            float[] row = new float[512];
            for (int r = 0; r < 5; r++) {
                matrix.row(r, 0, 512, row, 0, new Scratch());
                for (int k = 0; k < 512; k++) {
                    float expected = weights[r * 512 + k];
                    if (Float.isFinite(expected)) {
                        assertThat(row[k]).as("row %d column %d", r, k).isEqualTo(expected + 0f);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void a_closed_matrix_refuses_to_multiply(TensorType type) {
        CpuMatrix matrix = matrix(RandomTensor.of(type, ROWS, COLUMNS, 9), true, Kernels.Choice.SCALAR);
        matrix.close();
        assertThatThrownBy(() -> multiply(matrix, inputs(1, 1), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("blk.0.test.weight");
    }

    private CpuMatrix matrix(Tensor tensor, boolean repack, Kernels.Choice choice) {
        return CpuMatrix.of(tensor, repack, new Kernels(choice, warmup), Parallel.NONE);
    }

    private static float[] multiply(CpuMatrix matrix, float[] x, int tokens) {
        float[] y = new float[tokens * ROWS];
        Inputs inputs = new Inputs();
        Scratch scratch = new Scratch();
        for (int t = 0; t < tokens; t += QuantizedRows.few()) {
            int count = Math.min(QuantizedRows.few(), tokens - t);
            inputs.set(x, t * COLUMNS, COLUMNS, count, COLUMNS);
            matrix.prepare(inputs);
            matrix.multiply(inputs, 0, ROWS, y, t * ROWS, ROWS, scratch);
        }
        return y;
    }

    /** Whole numbers from -127 to 127, one of them 127 in each 32, times a power of two per token. */
    private static float[] inputs(long seed, int tokens) {
        Random random = new Random(seed);
        float[] x = new float[tokens * COLUMNS];
        for (int i = 0; i < x.length; i++) {
            int whole = i % 32 == 5 ? 127 : random.nextInt(255) - 127;
            x[i] = Math.scalb((float) whole, i / COLUMNS - 4);
        }
        return x;
    }
}

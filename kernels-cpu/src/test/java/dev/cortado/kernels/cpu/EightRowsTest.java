package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.Linear;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.startup.VectorModule;
import dev.cortado.kernels.cpu.weights.Kernels;
import dev.cortado.kernels.cpu.weights.RandomTensor;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels for up to eight rows at once, as the backend uses them, beside plain loops. */
class EightRowsTest {
    private static final int ROWS = 8;

    @ParameterizedTest
    @CsvSource({"32, 1", "64, 16", "576, 48", "320, 70", "1536, 33", "288, 160"})
    void some_rows_of_q8_0_have_the_bits_that_they_have_among_many(int columns, int outputs) {
        assumeTrue(VectorModule.PRESENT, "needs --add-modules jdk.incubator.vector");
        float[][] among = product(Kernels.Choice.VECTOR, TensorType.Q8_0, columns, outputs, ROWS + 3);
        for (int rows = 5; rows <= ROWS; rows++) {
            float[][] few = product(Kernels.Choice.VECTOR, TensorType.Q8_0, columns, outputs, rows);
            for (int r = 0; r < rows; r++) {
                assertThat(few[r]).as("row %d of %d", r, rows).isEqualTo(among[r]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_K", "IQ4_NL", "F16", "BF16", "F32"})
    void plain_loops_and_vectors_agree_bit_for_bit(TensorType type) {
        assumeTrue(VectorModule.PRESENT, "needs --add-modules jdk.incubator.vector");
        for (int rows = 1; rows <= ROWS + 1; rows++) {
            float[][] plain = product(Kernels.Choice.SCALAR, type, 512, 83, rows);
            float[][] vector = product(Kernels.Choice.VECTOR, type, 512, 83, rows);
            for (int r = 0; r < rows; r++) {
                assertThat(vector[r]).as("row %d of %d", r, rows).isEqualTo(plain[r]);
            }
        }
    }

    /** Of the first rows of one random sequence with one random matrix and bias. */
    private static float[][] product(Kernels.Choice choice, TensorType type, int columns, int outputs, int rows) {
        Tensor weight = RandomTensor.of(type, outputs, columns, 1);
        Random random = new Random(2);
        float[] bias = new float[outputs];
        for (int i = 0; i < outputs; i++) {
            bias[i] = (float) random.nextGaussian();
        }
        try (CpuBackend backend = new CpuBackend(new BackendOptions(2, true), choice)) {
            Activations in = backend.activations(rows, columns);
            in.rows(rows);
            float[] row = new float[columns];
            for (int r = 0; r < rows; r++) {
                for (int k = 0; k < columns; k++) {
                    row[k] = (float) random.nextGaussian();
                }
                in.write(r, row, 0);
            }
            Activations out = backend.activations(rows, outputs);
            backend.matmul(
                    in,
                    new Linear[] {new Linear(backend.matrix(weight), backend.parameter(bias))},
                    new Activations[] {out});
            return Pair.rows(out);
        }
    }
}

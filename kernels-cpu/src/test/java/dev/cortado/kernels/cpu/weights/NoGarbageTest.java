package dev.cortado.kernels.cpu.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.TensorType;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels of interleaved rows allocate nothing. */
class NoGarbageTest extends NoGarbage {
    NoGarbageTest() {
        super(true);
    }

    @Override
    List<TensorType> types() {
        return WeightMatrixTest.types();
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void products_of_long_rows_allocate_nothing(TensorType type) {
        try (CpuMatrix matrix = CpuMatrix.of(RandomTensor.of(type, 7, 4096 + 40, 1), true, kernels, Parallel.NONE)) {
            Inputs inputs = new Inputs();
            Scratch scratch = new Scratch();
            float[] x = new float[matrix.columns()];
            float[] y = new float[matrix.rows()];
            long end = System.nanoTime() + PATIENCE.toNanos();
            long allocated;
            do {
                allocated = allocated(() -> {
                    inputs.set(x, 0, 0, 1, x.length);
                    matrix.prepare(inputs);
                    matrix.multiply(inputs, 0, y.length, y, 0, 0, scratch);
                });
            } while ((allocated > 0 || !kernels.longRows(type).crossed()) && System.nanoTime() < end);
            assertThat(kernels.longRows(type).crossed()).as("its kernel was compiled").isTrue();
            assertThat(allocated).as("bytes per product").isZero();
        }
    }
}

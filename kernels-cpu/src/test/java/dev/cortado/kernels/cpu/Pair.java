package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.Function;

/** The CPU backend and the reference side by side on the same random operands. */
final class Pair implements AutoCloseable {
    final Backend cpu;
    final Backend reference = new ReferenceBackend();
    private final long seed;

    Pair(int threads, long seed) {
        cpu = new CpuBackend(new BackendOptions(threads, true));
        this.seed = seed;
    }

    /** Runs {@code computation} on both backends; every float of the two results agrees within {@code tolerance}. */
    void agree(float tolerance, Function<Run, Activations> computation) {
        float[][] actual = rows(computation.apply(new Run(cpu, new Random(seed))));
        float[][] expected = rows(computation.apply(new Run(reference, new Random(seed))));
        assertThat(actual.length).isEqualTo(expected.length);
        for (int r = 0; r < expected.length; r++) {
            for (int c = 0; c < expected[r].length; c++) {
                assertThat(actual[r][c])
                        .as("row %d column %d", r, c)
                        .isCloseTo(expected[r][c], within(tolerance * Math.max(1, Math.abs(expected[r][c]))));
            }
        }
    }

    static float[][] rows(Activations x) {
        float[][] rows = new float[x.rows()][x.columns()];
        for (int r = 0; r < rows.length; r++) {
            x.read(r, rows[r], 0);
        }
        return rows;
    }

    @Override
    public void close() {
        cpu.close();
        reference.close();
    }

    /** Operands of one of the backends; both get the same sequence of random numbers. */
    record Run(Backend backend, Random random) {
        Activations filled(int rows, int columns) {
            Activations x = backend.activations(rows, columns);
            x.rows(rows);
            for (int r = 0; r < rows; r++) {
                x.write(r, floats(columns), 0);
            }
            return x;
        }

        float[] floats(int n) {
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) random.nextGaussian();
            }
            return x;
        }

        Tensor floatTensor(int columns, int rows) {
            MemorySegment data = Arena.ofAuto().allocate(4L * rows * columns, 4);
            ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
            MemorySegment.copy(floats(rows * columns), 0, data, layout, 0, rows * columns);
            return new Tensor("w", TensorType.F32, new long[] {columns, rows}, data);
        }
    }
}

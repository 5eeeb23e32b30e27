package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.Linear;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Several rows times a matrix of 1536 x 768 on one thread, unpacking of the weights included. Scores are operations per
 * nanosecond, that is GFLOP/s; compare with {@link #fmaPeak} of the same run. A single matrix stays in the third-level
 * cache; of 64 in turns, the weights come from memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GemmBenchmark {
    private static final int ROWS_OF_INVOCATION = 128;
    private static final int COLUMNS = 768;
    private static final int OUTPUTS = 1536;
    private static final int PEAK_STEPS = 1000;
    private static final int PEAK_CHAINS = 10;
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    /** Rows of activations: a batch of chats, or a prompt. */
    @Param({"8", "128"})
    public int rows;

    /** Type of the weights. */
    @Param({"Q4_0", "Q8_0", "Q4_K", "F16"})
    public TensorType type;

    /** Matrices that take turns. */
    @Param("1")
    public int matrices;

    private CpuBackend backend;
    private Activations in;
    private Activations[] out;
    private Linear[][] linear;
    private int next;

    @Setup
    public void open() {
        backend = new CpuBackend(new BackendOptions(1, true), Kernels.Choice.VECTOR);
        Random random = new Random(1);
        in = backend.activations(rows, COLUMNS);
        in.rows(rows);
        float[] row = new float[COLUMNS];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < COLUMNS; c++) {
                row[c] = (float) random.nextGaussian();
            }
            in.write(r, row, 0);
        }
        MemorySegment bytes = Arena.ofAuto().allocate(type.bytes((long) COLUMNS * OUTPUTS), 64);
        for (long i = 0; i < bytes.byteSize(); i++) {
            // small exponents, so that no scale is infinite
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(0x38));
        }
        linear = new Linear[matrices][];
        for (int i = 0; i < matrices; i++) {
            MemorySegment copy = Arena.ofAuto().allocate(bytes.byteSize(), 64).copyFrom(bytes);
            Tensor tensor = new Tensor("w", type, new long[] {COLUMNS, OUTPUTS}, copy);
            linear[i] = new Linear[] {new Linear(backend.matrix(tensor), null)};
        }
        out = new Activations[] {backend.activations(rows, OUTPUTS)};
    }

    @TearDown
    public void close() {
        backend.close();
    }

    /** An invocation takes 128 rows, in lots of {@link #rows}. */
    @Benchmark
    @OperationsPerInvocation(2 * ROWS_OF_INVOCATION * COLUMNS * OUTPUTS)
    public Activations gemm() {
        for (int row = 0; row < ROWS_OF_INVOCATION; row += rows) {
            backend.matmul(in, linear[next], out);
            next = (next + 1) % matrices;
        }
        return out[0];
    }

    /** Ten independent chains of fused multiply-adds: what the core can do at most. */
    @Benchmark
    @OperationsPerInvocation(2 * 16 * PEAK_STEPS * PEAK_CHAINS)
    public float fmaPeak() {
        FloatVector w = FloatVector.broadcast(F, 0.999f);
        FloatVector b = FloatVector.broadcast(F, 0.001f);
        FloatVector s0 = w, s1 = w, s2 = w, s3 = w, s4 = w, s5 = w, s6 = w, s7 = w, s8 = w, s9 = w;
        for (int i = 0; i < PEAK_STEPS * 16 / F.length(); i++) {
            s0 = s0.fma(w, b);
            s1 = s1.fma(w, b);
            s2 = s2.fma(w, b);
            s3 = s3.fma(w, b);
            s4 = s4.fma(w, b);
            s5 = s5.fma(w, b);
            s6 = s6.fma(w, b);
            s7 = s7.fma(w, b);
            s8 = s8.fma(w, b);
            s9 = s9.fma(w, b);
        }
        return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).add(s8.add(s9)).lane(0);
    }
}

package dev.cortado.benchmarks;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.CpuMatrix;
import dev.cortado.kernels.cpu.weights.Kernels;
import dev.cortado.kernels.cpu.weights.Parallel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Rewriting a matrix when a model is loaded, on one thread, beside copying it: both into memory of their own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InterleaveBenchmark {
    private static final int ROWS = 4096;
    private static final int COLUMNS = 4096;

    /** How the weights are stored. */
    @Param({
        "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "MXFP4", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS"
    })
    public TensorType type;

    private final dev.cortado.kernels.cpu.startup.Warmup warmup = new dev.cortado.kernels.cpu.startup.Warmup();
    private final Kernels kernels = new Kernels(Kernels.Choice.SCALAR, warmup);
    private Tensor[] tensors = {};
    private int next;

    @Setup
    public void prepare() {
        long bytes = type.bytes((long) ROWS * COLUMNS);
        tensors = new Tensor[16];
        for (int i = 0; i < tensors.length; i++) {
            MemorySegment data = Arena.ofAuto().allocate(bytes, 64).fill((byte) i);
            tensors[i] = new Tensor("weight", type, new long[] {COLUMNS, ROWS}, data);
        }
    }

    @TearDown
    public void close() {
        warmup.close();
    }

    private Tensor tensor(Bytes bytes) {
        next = (next + 1) % tensors.length;
        bytes.add(tensors[next].bytes(), 0);
        return tensors[next];
    }

    @Benchmark
    public int interleave(Bytes bytes) {
        try (CpuMatrix matrix = CpuMatrix.of(tensor(bytes), true, kernels, Parallel.NONE)) {
            return matrix.rows();
        }
    }

    @Benchmark
    public byte copy(Bytes bytes) {
        Tensor tensor = tensor(bytes);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment copy = arena.allocate(tensor.bytes(), 64).copyFrom(tensor.data());
            return copy.get(ValueLayout.JAVA_BYTE, 0);
        }
    }
}

package dev.cortado.benchmarks;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.CpuMatrix;
import dev.cortado.kernels.cpu.weights.Inputs;
import dev.cortado.kernels.cpu.weights.Kernels;
import dev.cortado.kernels.cpu.weights.Parallel;
import dev.cortado.kernels.cpu.weights.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A weight matrix times one to eight tokens on one thread, the work of decoding. The matrices together are larger than
 * the caches, so the gigabytes per second compare with {@link ReadBandwidthBenchmark}. Matrices as the file has them are
 * measured with {@code -p repack=false}, other vector widths with {@code -jvmArgsAppend -Dcortado.vectorBits=256}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class ProductBenchmark {
    private static final int ROWS = 2048;
    private static final long BYTES = 96 << 20;

    /** How the weights are stored. */
    @Param({
        "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "MXFP4", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS",
        "F16", "BF16", "F32"
    })
    public TensorType type;

    /** Rows of the input. */
    @Param({"1", "2", "4"})
    public int tokens;

    /** Weights of a row; an input of 8192 floats fills a first-level cache. */
    @Param("2048")
    public int columns;

    /** Whether the weights are interleaved at load or multiplied as the file has them. */
    @Param("true")
    public boolean repack;

    private final dev.cortado.kernels.cpu.startup.Warmup warmup = new dev.cortado.kernels.cpu.startup.Warmup();
    private final Inputs inputs = new Inputs();
    private final Scratch scratch = new Scratch();
    private CpuMatrix[] matrices = {};
    private float[] y = {};
    private int next;

    @Setup(Level.Trial)
    public void prepare() throws InterruptedException {
        Random random = new Random(1);
        Kernels kernels = new Kernels(Kernels.Choice.BRIDGED, warmup);
        long bytes = type.bytes((long) ROWS * columns);
        matrices = new CpuMatrix[Math.toIntExact(BYTES / bytes)];
        for (int i = 0; i < matrices.length; i++) {
            MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
            for (long at = 0; at < bytes; at += 2) {
                // the bits that are cleared keep half-precision scales and floats away from infinity
                data.set(ValueLayout.JAVA_SHORT, at, (short) (random.nextInt() & 0xBBFF));
            }
            Tensor tensor = new Tensor("weight", type, new long[] {columns, ROWS}, data);
            matrices[i] = CpuMatrix.of(tensor, repack, kernels, Parallel.NONE);
        }
        float[] x = new float[tokens * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        inputs.set(x, 0, columns, tokens, columns);
        matrices[0].prepare(inputs);
        y = new float[tokens * ROWS];
        while (!kernels.compiled()) {
            Thread.sleep(10);
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        warmup.close();
        for (CpuMatrix matrix : matrices) {
            matrix.close();
        }
    }

    /** One matrix after the other. */
    @Benchmark
    public float[] multiply(Bytes bytes) {
        matrices[next].multiply(inputs, 0, ROWS, y, 0, ROWS, scratch);
        next = (next + 1) % matrices.length;
        bytes.add(type.bytes((long) ROWS * columns), (long) tokens * ROWS * columns);
        return y;
    }
}

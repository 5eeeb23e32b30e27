package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Segment;
import dev.cortado.kernels.cpu.weights.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

/**
 * Attention of one token in a layer with 9 heads and 3 key/value heads of 64 columns, after a context. Thirty layers take
 * turns: their caches do not fit in the CPU's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AttentionBenchmark {
    private static final int HEADS = 9;
    private static final int KV_HEADS = 3;
    private static final int WIDTH = 64;
    private static final Attention ATTENTION =
            new Attention(HEADS, KV_HEADS, WIDTH, WIDTH, 0.125f, 0, Attention.Mask.CAUSAL, 0, 0, null);

    /** Tokens before this one. */
    @Param({"100", "2000"})
    public int context;

    /** What the cache stores. */
    @Param({"F16", "F32", "Q8_0"})
    public KvShape.Type type;

    /** Layers that take turns. */
    @Param({"1", "30"})
    public int layers;

    /** Threads of the backend. */
    @Param({"1", "2"})
    public int threads;

    private int layer;
    private CpuBackend backend;
    private Activations query;
    private Activations out;
    private List<Segment> segments;

    @Setup
    public void open() {
        backend = new CpuBackend(new BackendOptions(threads, true), Kernels.Choice.VECTOR);
        int columns = KV_HEADS * WIDTH;
        int[] widths = new int[layers];
        Arrays.fill(widths, columns);
        KvCache cache = backend.kvCache(new KvShape(widths, widths, new int[layers], type), context + 1);
        Activations row = backend.activations(1, columns);
        row.rows(1);
        Random random = new Random(1);
        for (int position = 0; position <= context; position++) {
            row.write(0, random(random, columns), 0);
            for (int l = 0; l < layers; l++) {
                backend.store(row, row, List.of(new Segment(cache, 0, position, 0, 1)), l);
            }
        }
        segments = List.of(new Segment(cache, 0, context, 0, 1));
        query = backend.activations(1, HEADS * WIDTH);
        query.rows(1);
        query.write(0, random(random, HEADS * WIDTH), 0);
        out = backend.activations(1, HEADS * WIDTH);
    }

    private static float[] random(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    @TearDown
    public void close() {
        backend.close();
    }

    @Benchmark
    public Activations attend() {
        layer = (layer + 1) % layers;
        backend.attend(query, out, segments, layer, ATTENTION);
        return out;
    }
}

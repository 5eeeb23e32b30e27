package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Rope;
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

/** What a layer does to rows of 2048 columns beside products and attention, on one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RowsBenchmark {
    private static final int COLUMNS = 2048;
    private static final int HEAD = 64;

    /** Rows of the batch. */
    @Param({"1", "128"})
    public int rows;

    private CpuBackend backend;
    private Activations x;
    private Activations y;
    private Activations out;
    private Norm rms;
    private Norm layer;
    private Rope rope;
    private List<Segment> segments;

    @Setup
    public void open() {
        backend = new CpuBackend(new BackendOptions(1, true), Kernels.Choice.VECTOR);
        Random random = new Random(1);
        x = random(random);
        y = random(random);
        out = random(random);
        float[] weight = new float[COLUMNS];
        Arrays.fill(weight, 1);
        rms = new Norm(Norm.Kind.RMS, backend.parameter(weight), null, 1e-5f, 0);
        layer = new Norm(Norm.Kind.LAYER, backend.parameter(weight), backend.parameter(weight), 1e-5f, 0);
        float[] frequencies = new float[HEAD / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(10_000, -2.0 * i / HEAD);
        }
        rope = new Rope(Rope.Style.HALVES, 0, frequencies, 1);
        KvCache cache =
                backend.kvCache(new KvShape(new int[] {HEAD}, new int[] {HEAD}, new int[1], KvShape.Type.F16), rows);
        segments = List.of(new Segment(cache, 0, 0, 0, rows));
    }

    private Activations random(Random random) {
        Activations values = backend.activations(rows, COLUMNS);
        values.rows(rows);
        float[] row = new float[COLUMNS];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < COLUMNS; i++) {
                row[i] = (float) random.nextGaussian();
            }
            values.write(r, row, 0);
        }
        return values;
    }

    @TearDown
    public void close() {
        backend.close();
    }

    @Benchmark
    public Activations rmsNorm() {
        backend.norm(x, rms, out);
        return out;
    }

    @Benchmark
    public Activations layerNorm() {
        backend.norm(x, layer, out);
        return out;
    }

    /** In place: a rotation keeps lengths. */
    @Benchmark
    public Activations rope() {
        backend.rope(y, HEAD, rope, segments);
        return y;
    }

    @Benchmark
    public Activations silu() {
        backend.activate(Activation.SILU, x, y, out);
        return out;
    }

    @Benchmark
    public Activations gelu() {
        backend.activate(Activation.GELU, x, y, out);
        return out;
    }

    @Benchmark
    public Activations geluErf() {
        backend.activate(Activation.GELU_ERF, x, null, out);
        return out;
    }

    /** By nothing, so that it stays what it is. */
    @Benchmark
    public Activations add() {
        backend.add(out, x, 0);
        return out;
    }
}

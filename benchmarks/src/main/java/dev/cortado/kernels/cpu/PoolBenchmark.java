package dev.cortado.kernels.cpu;

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

/** What a region costs beside its work: eight empty parts, shared by the workers or done by the caller alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PoolBenchmark {
    private static final WorkerPool.Task NOTHING = (part, buffers) -> {};

    /** Threads, the caller included. */
    @Param({"1", "2"})
    public int threads;

    private WorkerPool pool;

    @Setup
    public void open() {
        pool = new WorkerPool(threads);
    }

    @TearDown
    public void close() {
        pool.close();
    }

    @Benchmark
    public void region() {
        WorkerPool.Region region = pool.enter();
        region.run(8, NOTHING);
        region.leave();
    }
}

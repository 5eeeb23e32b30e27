package dev.cortado.benchmarks;

import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How fast one thread can read memory that is in no cache: the limit of {@link ProductBenchmark}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReadBandwidthBenchmark {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int STEP = SPECIES.vectorByteSize();
    private static final long SIZE = 256 << 20;

    private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, 64).fill((byte) 1);

    /** The sum of all longs, in four streams of one sequence. */
    @Benchmark
    public long read(Bytes bytes) {
        LongVector a = LongVector.zero(SPECIES);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        long end = memory.address() + SIZE;
        for (long p = memory.address(); p < end; p += 4L * STEP) {
            a = a.add(LongVector.fromMemorySegment(SPECIES, AllMemory.SEGMENT, p, ByteOrder.LITTLE_ENDIAN));
            b = b.add(LongVector.fromMemorySegment(SPECIES, AllMemory.SEGMENT, p + STEP, ByteOrder.LITTLE_ENDIAN));
            c = c.add(LongVector.fromMemorySegment(SPECIES, AllMemory.SEGMENT, p + 2L * STEP, ByteOrder.LITTLE_ENDIAN));
            d = d.add(LongVector.fromMemorySegment(SPECIES, AllMemory.SEGMENT, p + 3L * STEP, ByteOrder.LITTLE_ENDIAN));
        }
        bytes.add(SIZE, 0);
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}

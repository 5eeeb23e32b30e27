package dev.cortado.benchmarks;

import dev.cortado.engine.tokenizer.Tokenizer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A model's tokenizer: making its tables, and a page of prose there and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenizerBenchmark {
    private static final String PAGE = """
            When the rain had stopped, the two of them walked down to the harbour, where 14 boats lay on their sides.
            "It's the tide," she said; "give it 6 hours and they'll all float again - every one of them!" He wasn't sure.
            Naïve as it may sound, he'd never seen the sea before (not even in pictures), and he kept asking what it was for.
            """.repeat(6);

    private Tokenizer tokenizer;
    private int[] ids = {};

    /** Reports tokens per second beside pages. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Tokens {
        /** Written or read. */
        public double tokens;

        @Setup(Level.Iteration)
        public void clear() {
            tokens = 0;
        }
    }

    @Setup
    public void prepare(ModelFile model) {
        tokenizer = model.tokenizer();
        ids = tokenizer.encode(PAGE, false, false);
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Tokenizer tables(ModelFile model) {
        return model.tokenizer();
    }

    @Benchmark
    public int[] encode(Tokens tokens) {
        tokens.tokens += ids.length;
        return tokenizer.encode(PAGE, false, false);
    }

    @Benchmark
    public byte[] decode(Tokens tokens) {
        tokens.tokens += ids.length;
        return tokenizer.decode(ids, false, false);
    }
}

package dev.cortado.benchmarks;

import dev.cortado.engine.sampler.Sampler;
import dev.cortado.engine.sampler.SamplingOptions;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Choosing one token; the copy of the logits that each call uses up is in it. Rows take turns, for with one row alone the
 * CPU learns which of its tokens are large.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {
    private static final int ROWS = 16;

    /** Which tokens are drawn from. */
    public enum Options {
        /** The best one. */
        GREEDY(SamplingOptions.GREEDY),
        /** GPT4All's: forty, and of these the most probable two fifths. */
        DEFAULT(SamplingOptions.DEFAULT),
        /** All tokens that make up 95 %. */
        NUCLEUS(new SamplingOptions(1, 0, 0.95f, 0, 1.1f, 64, 0, 0));

        private final SamplingOptions options;

        Options(SamplingOptions options) {
            this.options = options;
        }
    }

    /** Tokens of the vocabulary: those of Llama 2, SmolLM2, Qwen 2 and Gemma 3. */
    @Param({"32000", "49152", "151936", "262144"})
    public int vocabulary;

    /** Which tokens are drawn from. */
    @Param
    public Options options;

    private final float[][] logits = new float[ROWS][];
    private int next;
    private float[] copy = {};
    private Sampler sampler;

    @Setup
    public void prepare() {
        Random random = new Random(1);
        for (int row = 0; row < ROWS; row++) {
            logits[row] = new float[vocabulary];
            for (int i = 0; i < vocabulary; i++) {
                logits[row][i] = 3 * (float) random.nextGaussian();
            }
        }
        copy = new float[vocabulary];
        sampler = new Sampler(options.options, 1);
    }

    @Benchmark
    public int sample() {
        next = (next + 1) % ROWS;
        System.arraycopy(logits[next], 0, copy, 0, vocabulary);
        int token = sampler.sample(copy);
        sampler.accept(token);
        return token;
    }
}

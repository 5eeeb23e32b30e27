package dev.cortado.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
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
 * A new process of the launcher until the first byte of its answer, and until the end of sixty tokens. To be run in the
 * repository, after a build.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 9)
public class StartBenchmark {
    /** Twenty tokens of SmolLM2. */
    private static final String PROMPT =
            "Explain in one sentence why the sky is blue and why sunsets are red on most of our days";

    /** A GGUF file; the small model inside the SDK unless one is named. */
    @Param(ModelFile.EMBEDDED)
    public String model;

    private ModelFile modelFile;
    private Process process;

    @Setup
    public void find() throws IOException {
        modelFile = ModelFile.of(model);
    }

    @TearDown
    public void forget() throws IOException {
        modelFile.close();
    }

    @TearDown(Level.Invocation)
    public void end() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    @Benchmark
    public int firstByte() throws IOException {
        return start().read();
    }

    @Benchmark
    public int sixtyTokens() throws IOException, InterruptedException {
        int bytes = start().readAllBytes().length;
        if (process.waitFor() != 0) {
            throw new IllegalStateException("cortado ended with " + process.exitValue());
        }
        return bytes;
    }

    private InputStream start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of("cortado").toAbsolutePath().toString(),
                "generate",
                "--raw",
                "-m",
                modelFile.path().toString(),
                "--temp",
                "0",
                "-n",
                "60",
                PROMPT);
        builder.environment().put("CORTADO_NO_BUILD", "1");
        process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().close();
        return process.getInputStream();
    }
}

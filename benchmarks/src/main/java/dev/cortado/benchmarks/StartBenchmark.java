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
import org.openjdk.jmh.annotations.Scope;
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

    private Process process;

    @TearDown(Level.Invocation)
    public void end() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    @Benchmark
    public int firstByte(ModelFile model) throws IOException {
        return start(model).read();
    }

    @Benchmark
    public int sixtyTokens(ModelFile model) throws IOException, InterruptedException {
        int bytes = start(model).readAllBytes().length;
        if (process.waitFor() != 0) {
            throw new IllegalStateException("cortado ended with " + process.exitValue());
        }
        return bytes;
    }

    private InputStream start(ModelFile model) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of("cortado").toAbsolutePath().toString(),
                "generate",
                "--raw",
                "-m",
                model.path().toString(),
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

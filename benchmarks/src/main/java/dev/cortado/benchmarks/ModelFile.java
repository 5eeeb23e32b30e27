package dev.cortado.benchmarks;

import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.gguf.GgufFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The model that a benchmark runs: a file, or a copy of the one inside the SDK that lives as long as the run. */
@State(Scope.Benchmark)
public class ModelFile {
    private static final String EMBEDDED = "embedded";
    private static final String RESOURCE = "/dev/cortado/sdk/tiny-storyteller-q8_0.gguf";

    /** A GGUF file; the small model inside the SDK unless one is named. */
    @Param(EMBEDDED)
    public String model;

    private Path path;
    private GgufFile file;

    @Setup
    public void open() throws IOException {
        path = model.equals(EMBEDDED) ? copy() : Path.of(model);
        file = GgufFile.open(path);
    }

    @TearDown
    public void close() throws IOException {
        file.close();
        if (model.equals(EMBEDDED)) {
            Files.delete(path);
        }
    }

    private static Path copy() throws IOException {
        Path copy = Files.createTempFile("cortado-benchmark", ".gguf");
        try (InputStream model = Objects.requireNonNull(ModelFile.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            Files.copy(model, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    Path path() {
        return path;
    }

    /** A new one. */
    Tokenizer tokenizer() {
        return Tokenizer.of(file.metadata());
    }
}

package dev.cortado.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The model that a benchmark runs: a file, or a copy of the one inside the SDK, which {@link #close} deletes. */
record ModelFile(Path path, boolean temporary) implements AutoCloseable {
    /** Names the model inside the SDK. */
    static final String EMBEDDED = "embedded";

    private static final String RESOURCE = "/dev/cortado/sdk/tiny-storyteller-q8_0.gguf";

    static ModelFile of(String name) throws IOException {
        if (!name.equals(EMBEDDED)) {
            return new ModelFile(Path.of(name), false);
        }
        Path copy = Files.createTempFile("cortado-benchmark", ".gguf");
        try (InputStream model = Objects.requireNonNull(ModelFile.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            Files.copy(model, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return new ModelFile(copy, true);
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            Files.delete(path);
        }
    }
}

package dev.cortado.sdk;

import dev.cortado.gguf.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * The small model inside the jar, for a first try without any download. A file in a jar cannot be memory-mapped, so it is
 * copied once to the model folder, or where that cannot be written to a temporary file that goes with the process.
 */
final class EmbeddedModel {
    static final String NAME = "tiny-storyteller-q8_0.gguf";
    private static final long BYTES = 3_539_584;

    private EmbeddedModel() {}

    /** The model as a file. */
    static Path file(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (Files.exists(file) && Files.size(file) == BYTES) {
            return file;
        }
        try {
            Files.createDirectories(folder);
            try (AtomicFile target = new AtomicFile(file);
                    InputStream in = content()) {
                in.transferTo(Channels.newOutputStream(target.channel()));
                target.publish();
            }
            return file;
        } catch (IOException e) {
            Path copy = Files.createTempFile("cortado-", ".gguf");
            copy.toFile().deleteOnExit();
            try (InputStream in = content()) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            return copy;
        }
    }

    private static InputStream content() {
        return Objects.requireNonNull(EmbeddedModel.class.getResourceAsStream(NAME), NAME);
    }
}

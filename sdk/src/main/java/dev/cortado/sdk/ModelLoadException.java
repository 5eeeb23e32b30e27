package dev.cortado.sdk;

import dev.cortado.engine.model.Model;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model file that cannot be used; the message says why, the cause names file, key and what was expected. */
public final class ModelLoadException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1L;

    private ModelLoadException(String reason, Throwable cause) {
        super("Unable to instantiate model: " + reason, cause);
    }

    /** The two reasons that GPT4All has words for keep them; any other is told as it is. */
    static ModelLoadException of(Path file, GgufFormatException cause) {
        try (GgufFile gguf = GgufFile.open(file)) {
            String architecture = gguf.metadata().string("general.architecture").orElse("");
            boolean known = Model.families().stream().anyMatch(f -> f.name().equals(architecture));
            return new ModelLoadException(
                    known || architecture.isEmpty()
                            ? String.valueOf(cause.getMessage())
                            : "Unsupported model architecture: " + architecture,
                    cause);
        } catch (GgufFormatException e) {
            return new ModelLoadException(isGguf(file) ? String.valueOf(cause.getMessage()) : "Unsupported file format", cause);
        } catch (IOException e) {
            cause.addSuppressed(e);
            return new ModelLoadException(String.valueOf(cause.getMessage()), cause);
        }
    }

    private static boolean isGguf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(4), StandardCharsets.US_ASCII).equals("GGUF");
        } catch (IOException e) {
            return false; // what cannot be read is no model
        }
    }
}

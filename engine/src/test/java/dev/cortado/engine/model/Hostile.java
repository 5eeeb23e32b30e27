package dev.cortado.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A file that means harm.
 *
 * @param path where it is
 * @param expect {@code ok}, {@code error} or {@code either}
 */
record Hostile(Path path, String expect) {
    String name() {
        return String.valueOf(path.getFileName());
    }

    static Stream<Hostile> files() throws IOException {
        Path folder = Oracle.find("hostile").orElse(null);
        if (folder == null) {
            return Stream.empty();
        }
        JsonNode manifest = new ObjectMapper().readTree(folder.resolve("manifest.json").toFile());
        return manifest.get("files").valueStream()
                .map(file -> new Hostile(
                        folder.resolve(file.get("file").asText()),
                        file.get("expect").asText()));
    }
}

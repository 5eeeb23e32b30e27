package dev.cortado.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON files of a checkpoint folder; Jackson's own limits bound nesting and lengths. */
final class JsonFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonFile() {}

    /** The file's content. */
    static JsonNode read(Path file) throws IOException {
        try {
            return MAPPER.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new ConvertException("%s: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** The same, or a missing node where there is no such file. */
    static JsonNode readIfPresent(Path file) throws IOException {
        return Files.exists(file) ? read(file) : MissingNode.getInstance();
    }
}

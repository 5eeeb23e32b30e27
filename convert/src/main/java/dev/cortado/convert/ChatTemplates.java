package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The chat template, or several by name, from wherever a checkpoint keeps them. */
final class ChatTemplates {
    private static final String DEFAULT = "default";
    private static final String KEY = "tokenizer.chat_template";

    private ChatTemplates() {}

    static void write(GgufWriter out, Path folder) throws IOException {
        Map<String, String> templates = templates(folder);
        String[] others = templates.keySet().stream()
                .filter(name -> !name.equals(DEFAULT))
                .toArray(String[]::new);
        if (others.length > 0) {
            out.put("tokenizer.chat_templates", MetadataValue.strings(others));
        }
        templates.forEach((name, template) ->
                out.put(name.equals(DEFAULT) ? KEY : KEY + "." + name, MetadataValue.string(template)));
    }

    /** Templates by name. */
    private static Map<String, String> templates(Path folder) throws IOException {
        JsonNode configured =
                JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")).path("chat_template");
        Path file = folder.resolve("chat_template.jinja");
        if (configured.isMissingNode() && Files.exists(file)) {
            return Map.of(DEFAULT, Files.readString(file));
        }
        JsonNode found = configured.isMissingNode()
                ? JsonFile.readIfPresent(folder.resolve("chat_template.json")).path("chat_template")
                : configured;
        if (found.isTextual()) {
            return Map.of(DEFAULT, found.asText());
        }
        Map<String, String> templates = new LinkedHashMap<>();
        for (JsonNode each : found) {
            templates.put(
                    each.path("name").asText(DEFAULT).replaceAll("[^A-Za-z0-9]", "_"),
                    each.path("template").asText());
        }
        return templates;
    }
}

package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** How an encoder's rows become one embedding, with the number of {@code pooling_type}. */
enum Pooling {
    MEAN(1),
    CLS(2),
    LAST(3);

    private final int id;

    Pooling(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }

    /** As the folder's sentence-transformers modules say, if they say anything. */
    static Optional<Pooling> of(Path folder) throws IOException {
        String path = "1_Pooling";
        for (JsonNode module : JsonFile.readIfPresent(folder.resolve("modules.json"))) {
            if (module.path("type").asText().endsWith(".Pooling")) {
                path = module.path("path").asText();
            }
        }
        if (!path.matches("[\\w.-]+")) {
            throw new ConvertException("%s: pooling module in '%s', the plain name of a folder expected"
                    .formatted(folder.resolve("modules.json"), path));
        }
        Path file = folder.resolve(path).resolve("config.json");
        JsonNode modes = JsonFile.readIfPresent(file);
        if (modes.isMissingNode()) {
            return Optional.empty();
        }
        if (modes.path("pooling_mode_mean_tokens").asBoolean()) {
            return Optional.of(MEAN);
        }
        if (modes.path("pooling_mode_cls_token").asBoolean()) {
            return Optional.of(CLS);
        }
        if (modes.path("pooling_mode_lasttoken").asBoolean()) {
            return Optional.of(LAST);
        }
        throw new ConvertException(file + ": a pooling mode that is neither mean, cls nor lasttoken");
    }
}

package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * {@code config.json}. Where a model of several modalities keeps the language model's figures in {@code text_config},
 * those come first.
 */
record Config(Path file, JsonNode root) {
    static Config read(Path folder) throws IOException {
        Path file = folder.resolve("config.json");
        return new Config(file, JsonFile.read(file));
    }

    /** The value of a key, or a missing node; {@code null} counts as missing. */
    JsonNode get(String key) {
        for (JsonNode place : new JsonNode[] {root.path("text_config"), root}) {
            if (place.hasNonNull(key)) {
                return place.get(key);
            }
        }
        return MissingNode.getInstance();
    }

    OptionalInt integer(String key) {
        JsonNode value = get(key);
        if (value.isMissingNode()) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw fault(key, value, "a whole number below 2^31");
        }
        return OptionalInt.of(value.intValue());
    }

    int requireInteger(String key) {
        return integer(key).orElseThrow(() -> new ConvertException("%s: %s is missing".formatted(file, key)));
    }

    OptionalDouble real(String key) {
        return real(get(key), key);
    }

    /** A number below a node that was found here. */
    OptionalDouble real(JsonNode value, String key) {
        if (value.isMissingNode() || value.isNull()) {
            return OptionalDouble.empty();
        }
        if (!value.isNumber()) {
            throw fault(key, value, "a number");
        }
        return OptionalDouble.of(value.doubleValue());
    }

    double requireReal(JsonNode value, String key) {
        return real(value, key).orElseThrow(() -> new ConvertException("%s: %s is missing".formatted(file, key)));
    }

    /** {@code rope_parameters}, or {@code rope_scaling} as it was called before; those of full attention where they differ. */
    JsonNode rope() {
        JsonNode rope = get("rope_parameters").isObject() ? get("rope_parameters") : get("rope_scaling");
        return rope.path("full_attention").isObject() ? rope.get("full_attention") : rope;
    }

    private ConvertException fault(String key, JsonNode found, String expected) {
        String text = found.toString();
        return new ConvertException("%s: %s is %s, %s expected"
                .formatted(file, key, text.length() > 80 ? text.substring(0, 80) + "…" : text, expected));
    }
}

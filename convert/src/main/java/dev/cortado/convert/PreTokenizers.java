package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells which of GGUF's named pre-tokenizers a byte-level BPE uses, by comparing the steps of its definition with those of
 * the resource {@code pre-tokenizers.json}.
 */
final class PreTokenizers {
    private static final String TABLE = "pre-tokenizers.json";

    private PreTokenizers() {}

    /** The value of {@code tokenizer.ggml.pre}. */
    static String identify(TokenizerJson json) throws IOException {
        List<String> steps = steps(json.root().path("pre_tokenizer"));
        List<String> known = new ArrayList<>();
        for (JsonNode entry : table()) {
            String name = entry.get("pre").asText();
            if (steps(entry.get("steps")).equals(steps)) {
                return name;
            }
            known.add(name);
        }
        throw new ConvertException("%s: pre_tokenizer %s is none of %s; name the one it equals"
                .formatted(json.file(), json.root().path("pre_tokenizer"), known));
    }

    private static JsonNode table() throws IOException {
        try (InputStream in = PreTokenizers.class.getResourceAsStream(TABLE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + TABLE + " is missing");
            }
            return new ObjectMapper().readTree(in);
        }
    }

    /** The steps in order, each in one canonical form. */
    private static List<String> steps(JsonNode node) {
        List<String> steps = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(step -> steps.addAll(steps(step)));
        } else if (node.path("type").asText().equals("Sequence")) {
            steps.addAll(steps(node.path("pretokenizers")));
        } else {
            steps.add(step(node));
        }
        return steps;
    }

    private static String step(JsonNode node) {
        return switch (node.path("type").asText()) {
            case "ByteLevel" ->
                "bytes, space before: %b, words: %b"
                        .formatted(
                                node.path("add_prefix_space").asBoolean(true),
                                node.path("use_regex").asBoolean(true));
            case "Digits" -> "digits, each: " + node.path("individual_digits").asBoolean(false);
            case "Split" -> split(node);
            default -> node.toString();
        };
    }

    /** Removing what does not match a pattern that matches everything is the same as isolating what matches. */
    private static String split(JsonNode node) {
        String behavior = node.path("behavior").asText();
        boolean invert = node.path("invert").asBoolean(false);
        boolean isolates = behavior.equals("Isolated") && !invert || behavior.equals("Removed") && invert;
        String pattern =
                node.path("pattern").path("Regex").asText(node.path("pattern").toString());
        return "%s at %s"
                .formatted(
                        isolates ? "isolate" : behavior + invert,
                        pattern.replace("\r", "\\r").replace("\n", "\\n"));
    }
}

package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code tokenizer.json} of Hugging Face's tokenizers library. */
record TokenizerJson(Path file, JsonNode root) {
    /** A merge of two tokens. */
    record Merge(String left, String right) {}

    static TokenizerJson read(Path file) throws IOException {
        return new TokenizerJson(file, JsonFile.read(file));
    }

    /** Numbers of the trained tokens. */
    Map<String, Long> vocabulary() {
        Map<String, Long> ids = new HashMap<>();
        for (var entry : root.path("model").path("vocab").properties()) {
            ids.put(entry.getKey(), number(entry.getValue(), entry.getKey()));
        }
        if (ids.isEmpty()) {
            throw new ConvertException(file + ": model.vocab is missing or empty");
        }
        return ids;
    }

    /** Sets the tokens that were added to the trained ones. */
    void addTokens(TokenTable tokens) {
        for (JsonNode token : root.path("added_tokens")) {
            String text = token.path("content").asText();
            tokens.add(
                    file,
                    number(token.path("id"), text),
                    text,
                    token.path("special").asBoolean());
        }
    }

    /** Merges in order, written as {@code "a b"} or as {@code ["a", "b"]}. */
    List<Merge> merges() {
        List<Merge> merges = new ArrayList<>();
        for (JsonNode merge : root.path("model").path("merges")) {
            String[] parts = merge.isArray() && merge.size() == 2
                    ? new String[] {merge.get(0).asText(), merge.get(1).asText()}
                    : merge.asText().split(" ", -1);
            if (parts.length != 2) {
                throw new ConvertException("%s: merge %s, two tokens expected".formatted(file, merge));
            }
            merges.add(new Merge(parts[0], parts[1]));
        }
        return merges;
    }

    private long number(JsonNode value, String token) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new ConvertException(
                    "%s: token '%s' has number %s, a whole number expected".formatted(file, token, value));
        }
        return value.longValue();
    }
}

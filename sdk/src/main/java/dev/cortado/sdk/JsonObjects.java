package dev.cortado.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Answers in JSON as records. */
final class JsonObjects {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonObjects() {}

    static <T> T read(GenerationResult result, Class<T> type) {
        try {
            return JSON.readValue(result.text(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    result.finishReason() == FinishReason.LENGTH
                            ? "the answer was cut after %d tokens before the JSON was complete: allow more"
                                    .formatted(result.completionTokens())
                            : "the answer is no %s: %s".formatted(type.getSimpleName(), e.getOriginalMessage()),
                    e);
        }
    }
}

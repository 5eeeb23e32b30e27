package dev.cortado.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A function that the model may ask to have called.
 *
 * @param name as the model names it
 * @param description what it does, for the model
 * @param parameters JSON Schema of its arguments, an object
 */
public record Tool(String name, String description, JsonSchema parameters) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The map that chat templates read, in the form of OpenAI's API that they have settled on. */
    Map<String, Object> fields() {
        try {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", name);
            function.put("description", description);
            function.put("parameters", JSON.readValue(parameters.toString(), new TypeReference<Map<String, Object>>() {}));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("type", "function");
            fields.put("function", function);
            return fields;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a schema is JSON", e);
        }
    }
}

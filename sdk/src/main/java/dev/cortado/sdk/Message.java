package dev.cortado.sdk;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One message of a conversation as chat templates see it.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
 * @param content the text
 * @param more further fields that a template may read, such as {@code tool_calls} or {@code name}: text, numbers,
 *     booleans, Lists and Maps of these
 */
public record Message(String role, String content, Map<String, Object> more) {
    public Message {
        more = Map.copyOf(more);
    }

    public Message(String role, String content) {
        this(role, content, Map.of());
    }

    public static Message system(String content) {
        return new Message("system", content);
    }

    public static Message user(String content) {
        return new Message("user", content);
    }

    public static Message assistant(String content) {
        return new Message("assistant", content);
    }

    /** What a tool returned. */
    public static Message tool(String name, String content) {
        return new Message("tool", content, Map.of("name", name));
    }

    /** The map that a template gets. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        fields.putAll(more);
        return fields;
    }
}

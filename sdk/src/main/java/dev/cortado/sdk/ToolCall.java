package dev.cortado.sdk;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model's wish to have a tool called.
 *
 * @param name of the tool
 * @param arguments a JSON object
 */
public record ToolCall(String name, String arguments) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Hermes and Qwen write each call between these. */
    private static final Pattern TAGGED = Pattern.compile("<tool_call>\\s*(.*?)\\s*(?:</tool_call>|\\z)", Pattern.DOTALL);

    /** Mistral begins its array of calls with the first, Llama 3 its object with the second. */
    private static final List<String> PREFIXES = List.of("[TOOL_CALLS]", "<|python_tag|>");

    /**
     * The calls that an answer consists of or contains, in the forms that models were taught: {@code <tool_call>} tags
     * around JSON objects, {@code [TOOL_CALLS]} before an array, or bare JSON with {@code name} and {@code arguments} or
     * {@code parameters}. Empty when there is none.
     */
    public static List<ToolCall> parse(String answer) {
        List<ToolCall> calls = new ArrayList<>();
        Matcher tagged = TAGGED.matcher(answer);
        while (tagged.find()) {
            read(tagged.group(1), calls);
        }
        if (calls.isEmpty()) {
            String text = answer.strip();
            for (String prefix : PREFIXES) {
                text = text.startsWith(prefix) ? text.substring(prefix.length()).strip() : text;
            }
            if (text.startsWith("{") || text.startsWith("[")) {
                read(text, calls);
            }
        }
        return List.copyOf(calls);
    }

    /** Reads JSON values one after the other; from the first that is none, or no call, nothing is taken. */
    private static void read(String text, List<ToolCall> calls) {
        try (JsonParser parser = JSON.createParser(text);
                MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(parser)) {
            while (values.hasNextValue()) {
                JsonNode value = values.nextValue();
                for (JsonNode call : value.isArray() ? value : List.of(value)) {
                    JsonNode arguments = call.has("arguments") ? call.get("arguments") : call.path("parameters");
                    if (call.path("name").isTextual() && arguments.isObject()) {
                        calls.add(new ToolCall(call.get("name").asText(), arguments.toString()));
                    }
                }
            }
        } catch (JsonProcessingException e) {
            // ordinary text that begins like JSON: the calls before it stand
        } catch (IOException e) {
            throw new IllegalStateException("text in memory cannot fail to be read", e);
        }
    }

    /** The assistant's message that holds calls, for the history that the model sees next. */
    public static Message message(List<ToolCall> calls) {
        List<Object> list = new ArrayList<>();
        for (ToolCall call : calls) {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", call.name);
            function.put("arguments", call.map());
            list.add(Map.of("type", "function", "function", function));
        }
        return new Message("assistant", "", Map.of("tool_calls", list));
    }

    private Map<?, ?> map() {
        try {
            return JSON.readValue(arguments, Map.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("arguments of %s are no JSON object: %s".formatted(name, arguments), e);
        }
    }
}

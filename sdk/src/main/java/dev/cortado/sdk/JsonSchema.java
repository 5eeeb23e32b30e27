package dev.cortado.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cortado.engine.grammar.Grammar;
import dev.cortado.engine.grammar.JsonGrammar;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON Schema that an answer is held to: the model can write nothing else. Understood are {@code type} (also a list),
 * {@code properties} (in their order) with {@code required}, {@code additionalProperties}, {@code items}, {@code minItems},
 * {@code maxItems}, {@code minLength}, {@code maxLength}, {@code enum}, {@code const}, {@code anyOf}, {@code oneOf}, {@code
 * $ref} into {@code $defs} or {@code definitions}. A keyword that would narrow the answers in another way is refused, never
 * ignored; annotations ({@code title}, {@code description}, {@code format} ...) have no effect.
 */
public final class JsonSchema {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> UNDERSTOOD = Set.of(
            "type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minLength",
            "maxLength", "enum", "const", "anyOf", "oneOf", "$ref", "$defs", "definitions");
    private static final Set<String> ANNOTATIONS = Set.of(
            "title", "description", "default", "examples", "format", "$schema", "$id", "$comment", "deprecated",
            "readOnly", "writeOnly", "contentMediaType");

    private final JsonNode root;
    private final Map<String, Grammar> definitions = new HashMap<>();
    private final Grammar grammar;

    private JsonSchema(JsonNode root) {
        this.root = root;
        this.grammar = grammar(root, "#");
    }

    /**
     * Reads a schema.
     *
     * @throws IllegalArgumentException if it is no JSON or uses what is not understood; the message names the place
     */
    public static JsonSchema parse(String schema) {
        try {
            return new JsonSchema(JSON.readTree(schema));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the schema is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Any JSON value. */
    public static JsonSchema any() {
        return parse("{}");
    }

    /**
     * The schema of a record: its components are required properties in their order. Components may be texts, numbers,
     * booleans, enums, records, lists, arrays and {@link Optional}s (null when empty) of these, and maps from texts.
     *
     * @throws IllegalArgumentException for a component of another type, or a record that contains itself
     */
    public static JsonSchema of(Class<? extends Record> type) {
        return new JsonSchema(describe(type, new HashSet<>()));
    }

    Grammar grammar() {
        return grammar;
    }

    /** The schema as JSON. */
    @Override
    public String toString() {
        return root.toString();
    }

    private Grammar grammar(JsonNode schema, String at) {
        if (schema.isBoolean() && schema.asBoolean()) {
            return JsonGrammar.VALUE;
        }
        if (!schema.isObject()) {
            throw new IllegalArgumentException("%s: a schema is an object or true, found %s".formatted(at, schema));
        }
        for (String keyword : (Iterable<String>) schema::fieldNames) {
            if (!UNDERSTOOD.contains(keyword) && !ANNOTATIONS.contains(keyword)) {
                throw new IllegalArgumentException("%s: the keyword '%s' is not understood".formatted(at, keyword));
            }
        }
        if (schema.has("$ref")) {
            return reference(schema.get("$ref").asText(), at);
        }
        if (schema.has("const")) {
            return Grammar.text(schema.get("const").toString());
        }
        if (schema.has("enum")) {
            return all(schema.get("enum"), value -> Grammar.text(value.toString()));
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                return all(schema.get(keyword), option -> grammar(option, at + "/" + keyword));
            }
        }
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return all(type, one -> typed(one.asText(), schema, at));
        }
        if (type.isMissingNode()) {
            return schema.has("properties") ? typed("object", schema, at) : JsonGrammar.VALUE;
        }
        return typed(type.asText(), schema, at);
    }

    private static Grammar all(JsonNode nodes, java.util.function.Function<JsonNode, Grammar> each) {
        List<Grammar> options = new ArrayList<>();
        nodes.forEach(node -> options.add(each.apply(node)));
        return Grammar.choice(options);
    }

    private Grammar typed(String type, JsonNode schema, String at) {
        return switch (type) {
            case "string" ->
                JsonGrammar.string(schema.path("minLength").asInt(0), schema.path("maxLength").asInt(-1));
            case "number" -> JsonGrammar.NUMBER;
            case "integer" -> JsonGrammar.INTEGER;
            case "boolean" -> JsonGrammar.BOOLEAN;
            case "null" -> JsonGrammar.NULL;
            case "array" -> {
                Grammar element =
                        schema.has("items") ? grammar(schema.get("items"), at + "/items") : JsonGrammar.VALUE;
                yield JsonGrammar.array(
                        element, schema.path("minItems").asInt(0), schema.path("maxItems").asInt(-1));
            }
            case "object" -> object(schema, at);
            default -> throw new IllegalArgumentException("%s: the type '%s' is unknown".formatted(at, type));
        };
    }

    private Grammar object(JsonNode schema, String at) {
        JsonNode more = schema.path("additionalProperties");
        if (!schema.has("properties")) {
            return more.isBoolean() && !more.asBoolean()
                    ? JsonGrammar.object(List.of())
                    : JsonGrammar.map(more.isObject() ? grammar(more, at + "/additionalProperties") : JsonGrammar.VALUE);
        }
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<JsonGrammar.Member> members = new ArrayList<>();
        schema.get("properties").properties().forEach(property -> {
            String name = property.getKey();
            Grammar value = grammar(property.getValue(), at + "/properties/" + name);
            String key = JSON.getNodeFactory().textNode(name).toString();
            members.add(new JsonGrammar.Member(key, value, required.remove(name)));
        });
        if (!required.isEmpty()) {
            throw new IllegalArgumentException("%s: required but not described: %s".formatted(at, required));
        }
        return JsonGrammar.object(members);
    }

    private Grammar reference(String reference, String at) {
        JsonNode target = reference.startsWith("#") ? root.at(reference.substring(1)) : root.path("");
        if (target.isMissingNode()) {
            throw new IllegalArgumentException("%s: the reference '%s' leads nowhere".formatted(at, reference));
        }
        Grammar known = definitions.get(reference);
        if (known == null) {
            Grammar[] resolved = new Grammar[1];
            known = Grammar.rule(reference, () -> resolved[0]);
            definitions.put(reference, known); // before its content is read, which may refer to it
            resolved[0] = grammar(target, reference);
        }
        return known;
    }

    private static JsonNode describe(Type type, Set<Class<?>> open) {
        ObjectNode schema = JSON.createObjectNode();
        if (type instanceof ParameterizedType generic) {
            return describe(generic, open, schema);
        }
        if (!(type instanceof Class<?> raw)) {
            throw new IllegalArgumentException("no JSON schema for " + type);
        }
        if (raw == String.class || raw == char.class || raw == Character.class) {
            return schema.put("type", "string");
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return schema.put("type", "boolean");
        }
        if (Set.of(int.class, Integer.class, long.class, Long.class, short.class, byte.class).contains(raw)) {
            return schema.put("type", "integer");
        }
        if (Set.of(double.class, Double.class, float.class, Float.class).contains(raw)) {
            return schema.put("type", "number");
        }
        if (raw.isEnum()) {
            ArrayNode names = schema.putArray("enum");
            Arrays.stream(raw.getEnumConstants()).forEach(constant -> names.add(((Enum<?>) constant).name()));
            return schema;
        }
        if (raw.isArray()) {
            schema.put("type", "array").set("items", describe(raw.getComponentType(), open));
            return schema;
        }
        if (raw.isRecord()) {
            return describe(raw, open, schema);
        }
        throw new IllegalArgumentException("no JSON schema for " + raw.getName());
    }

    private static JsonNode describe(Class<?> type, Set<Class<?>> open, ObjectNode schema) {
        if (!open.add(type)) {
            throw new IllegalArgumentException("%s contains itself".formatted(type.getName()));
        }
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (RecordComponent component : type.getRecordComponents()) {
            properties.set(component.getName(), describe(component.getGenericType(), open));
            required.add(component.getName());
        }
        open.remove(type);
        return schema;
    }

    private static JsonNode describe(ParameterizedType generic, Set<Class<?>> open, ObjectNode schema) {
        Type[] arguments = generic.getActualTypeArguments();
        if (generic.getRawType() instanceof Class<?> raw) {
            if (Collection.class.isAssignableFrom(raw)) {
                schema.put("type", "array").set("items", describe(arguments[0], open));
                return schema;
            }
            if (raw == Map.class && arguments[0] == String.class) {
                schema.put("type", "object").set("additionalProperties", describe(arguments[1], open));
                return schema;
            }
            if (raw == Optional.class) {
                schema.putArray("anyOf").add(describe(arguments[0], open)).addObject().put("type", "null");
                return schema;
            }
        }
        throw new IllegalArgumentException("no JSON schema for " + generic);
    }
}

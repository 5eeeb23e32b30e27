package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.engine.grammar.Grammar;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
    private static boolean accepts(JsonSchema schema, String json) {
        Grammar state = schema.grammar();
        for (byte b : json.getBytes(StandardCharsets.UTF_8)) {
            state = state.after(b & 0xFF);
        }
        return state.nullable();
    }

    enum Colour {
        RED,
        BLUE
    }

    record Part(String name, double weight) {}

    record Thing(String id, int count, Colour colour, List<Part> parts, Optional<String> note, Map<String, Boolean> flags) {}

    record Loop(List<Loop> loops) {}

    @Test
    void a_record_is_an_object_with_its_components_in_order() {
        JsonSchema schema = JsonSchema.of(Thing.class);
        assertThat(accepts(
                        schema,
                        """
                        {"id": "x", "count": -3, "colour": "RED", "parts": [{"name": "a", "weight": 0.5}], "note": null, "flags": {"f": true}}"""))
                .isTrue();
        assertThat(accepts(schema, "{\"id\": \"x\", \"count\": 1.5")).isFalse();
        assertThat(accepts(schema, "{\"count\": 1")).isFalse();
        assertThatThrownBy(() -> JsonSchema.of(Loop.class)).hasMessageContaining("contains itself");
    }

    @Test
    void choices_constants_and_limits_hold() {
        assertThat(accepts(JsonSchema.parse("{\"enum\": [1, \"a\", null]}"), "\"a\"")).isTrue();
        assertThat(accepts(JsonSchema.parse("{\"enum\": [1, \"a\", null]}"), "2")).isFalse();
        assertThat(accepts(JsonSchema.parse("{\"type\": [\"integer\", \"null\"]}"), "null")).isTrue();
        JsonSchema array = JsonSchema.parse("{\"type\": \"array\", \"items\": {\"type\": \"integer\"}, \"minItems\": 1, \"maxItems\": 2}");
        assertThat(accepts(array, "[]")).isFalse();
        assertThat(accepts(array, "[1, 2]")).isTrue();
        assertThat(accepts(array, "[1, 2, 3]")).isFalse();
        assertThat(accepts(JsonSchema.parse("{\"type\": \"string\", \"maxLength\": 2}"), "\"äöü\"")).isFalse();
    }

    @Test
    void references_may_be_recursive() {
        JsonSchema tree = JsonSchema.parse(
                """
                {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object",
                  "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}, "required": ["children"]}}}""");
        assertThat(accepts(tree, "{\"children\": [{\"children\": []}]}")).isTrue();
        assertThat(accepts(tree, "{\"children\": [1]}")).isFalse();
    }

    @Test
    void what_is_not_understood_is_refused_with_its_place() {
        assertThatThrownBy(() -> JsonSchema.parse("{\"type\": \"object\", \"properties\": {\"a\": {\"pattern\": \"x\"}}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("#/properties/a: the keyword 'pattern' is not understood");
        assertThatThrownBy(() -> JsonSchema.parse("{\"$ref\": \"#/nowhere\"}"))
                .hasMessageContaining("leads nowhere");
        assertThatThrownBy(() -> JsonSchema.parse("{")).hasMessageContaining("the schema is not JSON");
    }

    @Test
    void tool_calls_are_found_in_every_form_that_models_write() {
        assertThat(ToolCall.parse("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>"))
                .containsExactly(new ToolCall("f", "{\"x\":1}"));
        assertThat(ToolCall.parse("[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"g\", \"arguments\": {}}]"))
                .extracting(ToolCall::name)
                .containsExactly("f", "g");
        assertThat(ToolCall.parse("<|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": \"b\"}}"))
                .containsExactly(new ToolCall("f", "{\"a\":\"b\"}"));
        assertThat(ToolCall.parse("{\"name\": \"Bob\"}")).isEmpty();
        assertThat(ToolCall.parse("An ordinary answer with {braces}.")).isEmpty();
    }
}

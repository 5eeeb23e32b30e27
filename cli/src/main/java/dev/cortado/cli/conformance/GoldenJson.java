package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** How goldens write numbers and texts. */
final class GoldenJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private GoldenJson() {}

    static JsonNode read(Path file) throws IOException {
        return MAPPER.readTree(file.toFile());
    }

    /** Maps, lists, texts, numbers and booleans. */
    static Object plain(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    /** Float32, little-endian, in base64; or an array of numbers. */
    static float[] floats(JsonNode node) {
        if (node.isArray()) {
            float[] values = new float[node.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) node.get(i).asDouble();
            }
            return values;
        }
        ByteBuffer bytes =
                ByteBuffer.wrap(Base64.getDecoder().decode(node.asText())).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText());
    }

    /** The text as UTF-8 bytes in base64 where there is such a field, else as it stands. */
    static String text(JsonNode node, String field, String base64Field) {
        return node.has(base64Field)
                ? new String(bytes(node.get(base64Field)), StandardCharsets.UTF_8)
                : node.path(field).asText();
    }
}

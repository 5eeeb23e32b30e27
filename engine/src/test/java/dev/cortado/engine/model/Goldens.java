package dev.cortado.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Small models with what llama.cpp computes with them. Some are kept here; all that are found beside the checkout run. */
final class Goldens {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Goldens() {}

    /** A model file and the document beside it. */
    record Golden(Path model, JsonNode expected) {
        String name() {
            return expected.get("name").asText();
        }

        boolean generates() {
            return expected.get("kind").asText().equals("causal-lm");
        }

        int[] prompt() {
            return ints(expected.get("prompt"));
        }

        /** Results with float activations: for quantised weights those of the same weights as floats. */
        JsonNode results() {
            return expected.has("dequant_f32") ? expected.get("dequant_f32") : expected;
        }

        JsonNode texts() {
            return expected.has("dequant_f32_sequences")
                    ? expected.get("dequant_f32_sequences")
                    : expected.get("sequences");
        }
    }

    static Stream<Golden> all() throws IOException {
        Set<Path> documents = new TreeSet<>((a, b) -> a.getFileName().compareTo(b.getFileName()));
        addDocuments(documents, kept());
        Path found = Oracle.find("arch").orElse(null);
        if (found != null) {
            addDocuments(documents, found);
        }
        return documents.stream().map(Goldens::read).filter(golden -> Files.exists(golden.model()));
    }

    static Golden kept(String name) {
        return read(kept().resolve(name + ".json"));
    }

    private static Path kept() {
        try {
            return Path.of(Goldens.class.getResource("/model").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void addDocuments(Set<Path> documents, Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(".json")).forEach(documents::add);
        }
    }

    private static Golden read(Path document) {
        try {
            JsonNode expected = MAPPER.readTree(document.toFile());
            return new Golden(document.resolveSibling(expected.get("file").asText()), expected);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    static float[] floats(JsonNode base64) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64.asText())).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}

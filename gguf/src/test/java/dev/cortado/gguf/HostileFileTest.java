package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The collection of malicious files: those whose fault is one of form are refused here, the others by the model loader. */
class HostileFileTest {
    /** Files that make no model although most are well-formed: found by whoever builds the model or the tokenizer. */
    private static final Set<String> FAULTS_OF_CONTENT = Set.of(
            "arch-unknown.gguf",
            "arch-path.gguf",
            "tensor-missing.gguf",
            "tensor-transposed.gguf",
            "tensor-short.gguf",
            "tensor-int-type.gguf",
            "head_count-string.gguf",
            "head_count-array-short.gguf",
            "tokens-empty.gguf",
            "tokens-missing.gguf",
            "tokmodel-unknown.gguf");

    @Test
    void every_file_is_opened_or_refused_by_name() throws IOException {
        Path folder = hostile();
        int refused = 0;
        for (JsonNode entry : new ObjectMapper()
                .readTree(folder.resolve("manifest.json").toFile())
                .get("files")) {
            String name = entry.get("file").asText();
            String expected = name.startsWith("hp-") || FAULTS_OF_CONTENT.contains(name)
                    ? "either"
                    : entry.get("expect").asText();
            if (expected.equals("error")) {
                assertThatThrownBy(() -> readEverything(folder.resolve(name)))
                        .as(name)
                        .isInstanceOf(GgufFormatException.class)
                        .hasMessageContaining(name);
                refused++;
            } else if (expected.equals("either")) {
                assertThat(opensOrIsRefused(folder.resolve(name))).as(name).isTrue();
            } else {
                readEverything(folder.resolve(name));
            }
        }
        assertThat(refused).isGreaterThan(50);
    }

    private static boolean opensOrIsRefused(Path file) throws IOException {
        try {
            readEverything(file);
        } catch (GgufFormatException e) {
            assertThat(e).hasMessageContaining(file.getFileName().toString());
        }
        return true;
    }

    private static void readEverything(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            List<Object> read = new ArrayList<>(file.metadata().toMap().values());
            file.tensors().forEach(tensor -> read.add(tensor.data().toArray(ValueLayout.JAVA_BYTE)));
            assertThat(read).isNotNull();
        }
    }

    private static Path hostile() {
        var folder = Oracle.find("hostile");
        Assumptions.assumeTrue(folder.isPresent(), "the collection of golden files is not there");
        return folder.orElseThrow();
    }
}

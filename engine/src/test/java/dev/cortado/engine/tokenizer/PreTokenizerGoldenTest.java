package dev.cortado.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every name of a pre-tokenizer against ids recorded from llama.cpp. The vocabulary makes each division of a text visible:
 * any two neighbouring bytes of a word can merge. A name that stands for ids means "the same as recorded for that name".
 */
class PreTokenizerGoldenTest {
    private static final int LETTERS = 256;

    @Test
    void divides_texts_as_llama_cpp() throws IOException {
        JsonNode golden;
        try (InputStream in = PreTokenizerGoldenTest.class.getResourceAsStream("/tokenizer/pre-tokenizers.golden")) {
            golden = new ObjectMapper().readTree(in);
        }
        MapMetadata vocabulary = anyTwoBytes();
        for (Map.Entry<String, JsonNode> entry : golden.get("ids").properties()) {
            Tokenizer tokenizer = Tokenizer.of(vocabulary.with("pre", entry.getKey()));
            for (int i = 0; i < golden.get("texts").size(); i++) {
                String text = golden.get("texts").get(i).asText();
                JsonNode ids = entry.getValue().isTextual()
                        ? golden.get("ids").get(entry.getValue().asText())
                        : entry.getValue();
                int[] expected = Arrays.stream(ids.get(i).asText().split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                assertThat(tokenizer.encode(text, false, false))
                        .as("%s: '%s'", entry.getKey(), text)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void every_name_has_its_golden() throws IOException {
        try (InputStream in = PreTokenizerGoldenTest.class.getResourceAsStream("/tokenizer/pre-tokenizers.golden")) {
            List<String> names = Arrays.stream(PreTokenizer.values())
                    .filter(pre -> !pre.has(PreTokenizer.Trait.UTF_8))
                    .flatMap(pre -> pre.names().stream())
                    .filter(name -> !name.isEmpty())
                    .toList();
            assertThat(new ObjectMapper().readTree(in).get("ids").properties().stream().map(Map.Entry::getKey))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    /** The letters of all bytes, then all pairs of them; pair number n, by rank, is n * 40503 mod 65536, left byte first. */
    private static MapMetadata anyTwoBytes() {
        String[] tokens = new String[LETTERS + LETTERS * LETTERS];
        String[] merges = new String[LETTERS * LETTERS];
        for (int octet = 0; octet < LETTERS; octet++) {
            tokens[octet] = Character.toString(ByteAlphabet.letter(octet));
        }
        for (int rank = 0; rank < merges.length; rank++) {
            int pair = (int) (rank * 40503L % merges.length);
            tokens[LETTERS + rank] = tokens[pair >> 8] + tokens[pair & 0xFF];
            merges[rank] = tokens[pair >> 8] + " " + tokens[pair & 0xFF];
        }
        return MapMetadata.of(
                "model", "gpt2", "tokens", tokens, "merges", merges, "bos_token_id", 1, "seperator_token_id", 5);
    }
}

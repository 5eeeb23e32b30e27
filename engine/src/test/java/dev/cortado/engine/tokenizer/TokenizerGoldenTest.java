package dev.cortado.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.gguf.GgufFile;
import dev.cortado.testkit.Oracle;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ids and decoded text recorded from llama.cpp: two vocabularies in the resources, all of them where they lie beside. */
class TokenizerGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> encodes_and_decodes_as_llama_cpp() throws IOException {
        List<Path> goldens = new ArrayList<>(json(resources()));
        Path all = Oracle.find("tokenizer").orElse(null);
        if (all != null) {
            goldens.addAll(json(all));
        }
        return goldens.stream()
                .filter(TokenizerGoldenTest::hasVocabulary)
                .map(golden -> DynamicTest.dynamicTest(golden.getFileName().toString(), () -> check(golden)));
    }

    @Test
    @RequiresModel(RealModel.SMOLLM2)
    void encodes_and_decodes_with_smollm2_as_llama_cpp(Path model) throws IOException {
        checkModel("SmolLM2-135M-Instruct.Q4_1.json", model);
    }

    @Test
    @RequiresModel(RealModel.GEMMA3)
    void encodes_and_decodes_with_gemma3_as_llama_cpp(Path model) throws IOException {
        checkModel("gemma3-270m-q4_k_m.json", model);
    }

    private static void checkModel(String golden, Path model) throws IOException {
        Path file = Oracle.find("tokenizer/" + golden).orElse(null);
        assumeTrue(file != null, "the golden file is not there");
        check(JSON.readTree(file.toFile()), model);
    }

    private static void check(Path golden) throws IOException {
        JsonNode json = JSON.readTree(golden.toFile());
        check(json, golden.resolveSibling(json.get("file").asText()));
    }

    private static void check(JsonNode golden, Path vocabulary) throws IOException {
        try (GgufFile file = GgufFile.open(vocabulary)) {
            Tokenizer tokenizer = Tokenizer.of(file.metadata());
            String info = golden.get("info").asText();
            assertThat(info).contains("add_bos=" + (tokenizer.vocabulary().addsBos() ? 1 : 0));
            assertThat(info).contains("add_eos=" + (tokenizer.vocabulary().addsEos() ? 1 : 0));
            assertThat(info).endsWith("n=" + tokenizer.vocabulary().size());
            for (JsonNode c : golden.get("cases")) {
                checkCase(tokenizer, c);
            }
        }
    }

    private static void checkCase(Tokenizer tokenizer, JsonNode c) {
        String text = new String(Base64.getDecoder().decode(c.get("text_utf8_b64").asText()), StandardCharsets.UTF_8);
        int[] ids = ints(c.get("ids"));
        int[] plain = ints(c.get("ids_plain"));
        int[] parsed = ints(c.get("ids_parse_special"));
        String what = "'" + text + "'";
        assertThat(tokenizer.encode(text, true, false)).as(what).isEqualTo(ids);
        assertThat(tokenizer.encode(text, false, false)).as(what).isEqualTo(plain);
        assertThat(tokenizer.encode(text, true, true)).as(what).isEqualTo(parsed);
        assertThat(tokenizer.decode(ids, true, false)).as(what).isEqualTo(bytes(c.get("detok_b64")));
        assertThat(tokenizer.decode(plain, true, false)).as(what).isEqualTo(bytes(c.get("plain_detok_b64")));
        assertThat(tokenizer.decode(parsed, true, false)).as(what).isEqualTo(bytes(c.get("parse_special_detok_b64")));
        assertThat(pieces(tokenizer, ids)).as(what).isEqualTo(bytes(c.get("pieces_b64")));
        assertThat(pieces(tokenizer, parsed)).as(what).isEqualTo(bytes(c.get("parse_special_pieces_b64")));
    }

    private static byte[] pieces(Tokenizer tokenizer, int[] ids) {
        ByteList joined = new ByteList(ids.length);
        for (int id : ids) {
            joined.add(tokenizer.piece(id, true));
        }
        return joined.toArray();
    }

    private static int[] ints(JsonNode array) {
        return JSON.convertValue(array, int[].class);
    }

    private static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText());
    }

    private static boolean hasVocabulary(Path golden) {
        try {
            return Files.exists(golden.resolveSibling(
                    JSON.readTree(golden.toFile()).get("file").asText()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> json(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    private static Path resources() {
        try {
            return Path.of(TokenizerGoldenTest.class.getResource("/tokenizer").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}

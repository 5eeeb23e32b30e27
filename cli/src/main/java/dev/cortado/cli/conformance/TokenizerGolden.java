package dev.cortado.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.gguf.GgufFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A vocabulary, texts and their ids, ids and their texts.
 *
 * @param name of the document
 * @param document its path
 * @param json its content; fields of a case that are missing are not compared
 */
record TokenizerGolden(String name, Path document, JsonNode json) implements Golden {
    private static final Pattern INFO = Pattern.compile("(add_bos|add_eos|n)=(\\d+)");
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    @Override
    public Outcome check(Setup setup) throws IOException {
        String wanted = CausalGolden.modelFile(json, document);
        Optional<Path> file = setup.models().find(wanted, document);
        if (file.isEmpty()) {
            return Outcome.unsupported("no vocabulary file " + wanted);
        }
        Findings findings = new Findings();
        try (GgufFile gguf = GgufFile.open(file.get())) {
            Tokenizer tokenizer = Tokenizer.of(gguf.metadata());
            compareInfo(tokenizer, findings);
            for (JsonNode item : json.path("cases")) {
                compare(tokenizer, item, findings);
            }
            compareUpstream(tokenizer, file.get(), findings);
        }
        return findings.outcome();
    }

    private void compareInfo(Tokenizer tokenizer, Findings findings) {
        Matcher matcher = INFO.matcher(json.path("info").asText());
        while (matcher.find()) {
            int expected = Integer.parseInt(matcher.group(2));
            int found = switch (matcher.group(1)) {
                case "add_bos" -> tokenizer.vocabulary().addsBos() ? 1 : 0;
                case "add_eos" -> tokenizer.vocabulary().addsEos() ? 1 : 0;
                default -> tokenizer.vocabulary().size();
            };
            findings.expect(found == expected, "%s is %d, expected %d", matcher.group(1), found, expected);
        }
    }

    private static void compare(Tokenizer tokenizer, JsonNode item, Findings findings) {
        String text = GoldenJson.text(item, "text", "text_utf8_b64");
        compareIds(tokenizer, item, "ids", text, true, false, findings);
        compareIds(tokenizer, item, "ids_plain", text, false, false, findings);
        compareIds(tokenizer, item, "ids_parse_special", text, true, true, findings);
        compareText(tokenizer, item, "ids", "detok_b64", findings);
        compareText(tokenizer, item, "ids_plain", "plain_detok_b64", findings);
        compareText(tokenizer, item, "ids_parse_special", "parse_special_detok_b64", findings);
        comparePieces(tokenizer, item, "ids", "pieces_b64", findings);
        comparePieces(tokenizer, item, "ids_parse_special", "parse_special_pieces_b64", findings);
    }

    private static void compareIds(
            Tokenizer tokenizer,
            JsonNode item,
            String field,
            String text,
            boolean addSpecial,
            boolean parseSpecial,
            Findings findings) {
        if (item.has(field)) {
            int[] expected = GoldenJson.ints(item.get(field));
            int[] found = tokenizer.encode(text, addSpecial, parseSpecial);
            findings.count(
                    "token mismatches",
                    Arrays.equals(found, expected),
                    "%s of %s are %s, expected %s",
                    field,
                    shortened(text),
                    shortened(Arrays.toString(found)),
                    shortened(Arrays.toString(expected)));
        }
    }

    private static void compareText(
            Tokenizer tokenizer, JsonNode item, String idsField, String field, Findings findings) {
        if (item.has(idsField) && item.has(field)) {
            byte[] found = tokenizer.decode(GoldenJson.ints(item.get(idsField)), true, false);
            compareBytes(found, item, field, findings);
        }
    }

    private static void comparePieces(
            Tokenizer tokenizer, JsonNode item, String idsField, String field, Findings findings) {
        if (item.has(idsField) && item.has(field)) {
            ByteArrayOutputStream pieces = new ByteArrayOutputStream();
            for (int id : GoldenJson.ints(item.get(idsField))) {
                pieces.writeBytes(tokenizer.piece(id, true));
            }
            compareBytes(pieces.toByteArray(), item, field, findings);
        }
    }

    private static void compareBytes(byte[] found, JsonNode item, String field, Findings findings) {
        byte[] expected = GoldenJson.bytes(item.get(field));
        findings.count(
                "text mismatches",
                Arrays.equals(found, expected),
                "%s is %s, expected %s",
                field,
                shortened(new String(found, StandardCharsets.UTF_8)),
                shortened(new String(expected, StandardCharsets.UTF_8)));
    }

    /** llama.cpp's own pairs beside the vocabulary, where they are there: texts in {@code .inp}, ids in {@code .out}. */
    private static void compareUpstream(Tokenizer tokenizer, Path vocabulary, Findings findings) throws IOException {
        Path texts = vocabulary.resolveSibling(vocabulary.getFileName() + ".inp");
        Path ids = vocabulary.resolveSibling(vocabulary.getFileName() + ".out");
        if (Files.exists(texts) && Files.exists(ids)) {
            String[] inputs = Files.readString(texts).split(SEPARATOR, -1);
            String[] lines = Files.readString(ids).split("\n", -1);
            for (int i = 0; i < Math.min(inputs.length, lines.length); i++) {
                int[] expected = Arrays.stream(lines[i].strip().split("\\s+"))
                        .filter(id -> !id.isEmpty())
                        .mapToInt(Integer::parseInt)
                        .toArray();
                findings.count(
                        "token mismatches",
                        Arrays.equals(tokenizer.encode(inputs[i], false, false), expected),
                        "the ids of pair %d in %s differ",
                        i,
                        texts.getFileName());
            }
        }
    }

    private static String shortened(String text) {
        String printable = text.replaceAll("\\p{C}", "·");
        return printable.length() <= 60 ? "'" + printable + "'" : "'" + printable.substring(0, 57) + "...'";
    }
}

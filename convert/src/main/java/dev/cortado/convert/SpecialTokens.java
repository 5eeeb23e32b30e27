package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Which tokens begin, end, pad and so on, and which of them are put round a text. */
final class SpecialTokens {
    /** What a token can be for, with GGUF's word for it. */
    enum Role {
        BOS("bos"),
        EOS("eos"),
        UNK("unknown"),
        SEP("seperator"), // GGUF's own spelling
        PAD("padding"),
        CLS("cls"),
        MASK("mask");

        private final String key;

        Role(String key) {
            this.key = key;
        }

        /** As Hugging Face's files call it. */
        String shortName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final JsonNode tokenizerConfig;
    private final JsonNode tokenizer;
    private final Config config;
    private final Vocabulary vocabulary;

    private SpecialTokens(JsonNode tokenizerConfig, JsonNode tokenizer, Config config, Vocabulary vocabulary) {
        this.tokenizerConfig = tokenizerConfig;
        this.tokenizer = tokenizer;
        this.config = config;
        this.vocabulary = vocabulary;
    }

    static void write(GgufWriter out, Path folder, Config config, Vocabulary vocabulary) throws IOException {
        new SpecialTokens(
                        JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")),
                        JsonFile.readIfPresent(folder.resolve("tokenizer.json")),
                        config,
                        vocabulary)
                .write(out);
    }

    private void write(GgufWriter out) {
        for (Role role : Role.values()) {
            id(role).ifPresent(id -> out.put("tokenizer.ggml." + role.key + "_token_id", MetadataValue.uint32(id)));
        }
        added().forEach((role, added) ->
                out.put("tokenizer.ggml.add_" + role.shortName() + "_token", MetadataValue.bool(added)));
    }

    /** By the tokenizer's configuration, else the model's, else what the vocabulary itself knows. */
    private OptionalInt id(Role role) {
        String content = content(role);
        OptionalInt named =
                content.isEmpty() ? OptionalInt.empty() : vocabulary.tokens().find(content);
        if (named.isPresent()) {
            return named;
        }
        JsonNode numbers = config.get(role.shortName() + "_token_id");
        JsonNode number = numbers.isArray() ? numbers.path(0) : numbers;
        if (number.canConvertToInt()
                && number.intValue() >= 0
                && number.intValue() < vocabulary.tokens().size()) {
            return OptionalInt.of(number.intValue());
        }
        Integer known = vocabulary.special().get(role);
        return known == null ? OptionalInt.empty() : OptionalInt.of(known);
    }

    /** A token's text, given as such or in an object; empty if there is none. */
    private String content(Role role) {
        JsonNode entry = tokenizerConfig.path(role.shortName() + "_token");
        return entry.isObject() ? entry.path("content").asText() : entry.isTextual() ? entry.asText() : "";
    }

    /** What the tokenizer's configuration says, else what the template of its post-processor does. */
    private Map<Role, Boolean> added() {
        Map<Role, Boolean> added = new EnumMap<>(Role.class);
        if (!vocabulary.model().equals("bert")) { // there the two are added in any case
            template(tokenizer.path("post_processor"), added);
        }
        for (Role role : new Role[] {Role.BOS, Role.EOS}) {
            JsonNode flag = tokenizerConfig.path("add_" + role.shortName() + "_token");
            if (flag.isBoolean()) {
                added.put(role, flag.booleanValue());
            }
        }
        return added;
    }

    private void template(JsonNode processor, Map<Role, Boolean> added) {
        processor.path("processors").forEach(each -> template(each, added));
        JsonNode single = processor.path("single");
        if (processor.path("type").asText().equals("TemplateProcessing") && single.size() > 1) {
            added.put(Role.BOS, isSpecial(single.get(0), Role.BOS));
            added.put(Role.EOS, isSpecial(single.get(single.size() - 1), Role.EOS));
        }
    }

    private boolean isSpecial(JsonNode step, Role role) {
        String text = step.path("SpecialToken").path("id").asText();
        return !text.isEmpty() && vocabulary.tokens().find(text).equals(id(role));
    }
}

package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** SentencePiece BPE with byte fallback, as Llama 2, Mistral and Gemma have it. */
final class SentencePieceVocabulary {
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
    private static final String WORD_START = "\u2581";

    private SentencePieceVocabulary() {}

    /** From {@code tokenizer.model} and the files beside it that add tokens. */
    static Vocabulary read(Path file, int size) throws IOException {
        SentencePieceModel model = SentencePieceModel.read(file);
        TokenTable tokens = new TokenTable(size);
        for (int id = 0; id < model.pieces().size(); id++) {
            SentencePieceModel.Piece piece = model.pieces().get(id);
            tokens.set(file, id, piece.text(), piece.score(), piece.kind());
        }
        addTokens(file.resolveSibling("added_tokens.json"), tokens);
        addDecoder(file.resolveSibling("tokenizer_config.json"), tokens);
        return new Vocabulary(
                "llama", "default", tokens, List.of(), Optional.of(model.addsDummyPrefix()), model.special());
    }

    private static void addTokens(Path file, TokenTable tokens) throws IOException {
        for (var entry : JsonFile.readIfPresent(file).properties()) {
            long id = entry.getValue().asLong(-1);
            if (id < tokens.size()) { // tokens beyond the embedding can never be used
                tokens.set(file, id, entry.getKey(), TokenTable.ADDED_SCORE, TokenKind.USER_DEFINED);
            }
        }
    }

    private static void addDecoder(Path file, TokenTable tokens) throws IOException {
        for (var entry :
                JsonFile.readIfPresent(file).path("added_tokens_decoder").properties()) {
            long id = entry.getKey().matches("\\d{1,9}") ? Long.parseLong(entry.getKey()) : -1;
            if (id < tokens.size()) {
                JsonNode token = entry.getValue();
                String text = token.path("content").asText();
                boolean known = id >= 0
                        && text.equals(tokens.text((int) id))
                        && (tokens.kind((int) id) == TokenKind.UNKNOWN || tokens.kind((int) id) == TokenKind.BYTE);
                if (!known) {
                    tokens.add(file, id, text, token.path("special").asBoolean());
                }
            }
        }
    }

    /**
     * From a {@code tokenizer.json} that was made of such a model. It has no scores, but the order of merges: a token's
     * score is minus the rank of the first merge that makes it, so that the best-scored merge is the first one again.
     */
    static Vocabulary read(TokenizerJson json, int size) {
        TokenTable tokens = new TokenTable(size);
        Map<String, Integer> ranks = new HashMap<>();
        List<TokenizerJson.Merge> merges = json.merges();
        for (int rank = 0; rank < merges.size(); rank++) {
            ranks.putIfAbsent(merges.get(rank).left() + merges.get(rank).right(), rank);
        }
        json.vocabulary()
                .forEach((text, id) -> tokens.set(
                        json.file(),
                        id,
                        text,
                        -ranks.getOrDefault(text, merges.size()),
                        BYTE.matcher(text).matches() ? TokenKind.BYTE : TokenKind.NORMAL));
        json.addTokens(tokens);
        String unknown = json.root().path("model").path("unk_token").asText();
        Map<SpecialTokens.Role, Integer> special = new HashMap<>();
        tokens.find(unknown).ifPresent(id -> {
            tokens.set(json.file(), id, unknown, 0, TokenKind.UNKNOWN);
            special.put(SpecialTokens.Role.UNK, id);
        });
        return new Vocabulary("llama", "default", tokens, List.of(), Optional.of(prefixesSpace(json)), special);
    }

    private static boolean prefixesSpace(TokenizerJson json) {
        return prefixesSpace(json.root().path("normalizer"))
                || prefixesSpace(json.root().path("pre_tokenizer"));
    }

    private static boolean prefixesSpace(JsonNode step) {
        return switch (step.path("type").asText()) {
            case "Sequence" -> {
                boolean any = false;
                for (String list : List.of("normalizers", "pretokenizers")) {
                    for (JsonNode each : step.path(list)) {
                        any |= prefixesSpace(each);
                    }
                }
                yield any;
            }
            case "Prepend" -> step.path("prepend").asText().equals(WORD_START);
            case "Metaspace" ->
                !step.path("prepend_scheme").asText("always").equals("never")
                        && step.path("add_prefix_space").asBoolean(true);
            default -> false;
        };
    }
}

package dev.cortado.convert;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * WordPiece, as BERT has it. GGUF marks the beginning of a word ({@code ▁run}) where BERT marks its continuation
 * ({@code ##ning}).
 */
final class WordPieceVocabulary {
    private static final String WORD_START = "\u2581";
    private static final String CONTINUATION = "##";
    private static final Map<SpecialTokens.Role, String> NAMES = Map.of(
            SpecialTokens.Role.BOS, "[CLS]",
            SpecialTokens.Role.EOS, "[SEP]",
            SpecialTokens.Role.UNK, "[UNK]",
            SpecialTokens.Role.SEP, "[SEP]",
            SpecialTokens.Role.PAD, "[PAD]",
            SpecialTokens.Role.CLS, "[CLS]",
            SpecialTokens.Role.MASK, "[MASK]");

    private WordPieceVocabulary() {}

    /** From {@code vocab.txt}, one token a line. */
    static Vocabulary read(Path file, int size) throws IOException {
        TokenTable tokens = new TokenTable(size);
        String[] lines;
        try {
            lines = Files.readString(file).split("\n", -1);
        } catch (CharacterCodingException e) {
            throw new ConvertException(file + ": not UTF-8", e);
        }
        int count = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
        for (int id = 0; id < count; id++) {
            String text = lines[id].endsWith("\r") ? lines[id].substring(0, lines[id].length() - 1) : lines[id];
            tokens.set(file, id, text, 0, NAMES.containsValue(text) ? TokenKind.CONTROL : TokenKind.NORMAL);
        }
        return vocabulary(file, tokens);
    }

    static Vocabulary read(TokenizerJson json, int size) {
        TokenTable tokens = new TokenTable(size);
        json.vocabulary().forEach((text, id) -> tokens.set(json.file(), id, text, 0, TokenKind.NORMAL));
        json.addTokens(tokens);
        return vocabulary(json.file(), tokens);
    }

    private static Vocabulary vocabulary(Path file, TokenTable tokens) {
        Map<SpecialTokens.Role, Integer> special = new EnumMap<>(SpecialTokens.Role.class);
        Map<String, Integer> ids = tokens.ids();
        NAMES.forEach((role, name) -> {
            Integer id = ids.get(name);
            if (id != null) {
                special.put(role, id);
            }
        });
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.kind(id) == TokenKind.NORMAL) {
                tokens.set(file, id, marked(tokens.text(id)), 0, TokenKind.NORMAL);
            }
        }
        return new Vocabulary("bert", "default", tokens, List.of(), Optional.empty(), special);
    }

    private static String marked(String token) {
        return token.startsWith(CONTINUATION) ? token.substring(CONTINUATION.length()) : WORD_START + token;
    }
}

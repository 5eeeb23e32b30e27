package dev.cortado.convert;

import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataType;
import dev.cortado.gguf.MetadataValue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The tokens of a vocabulary by number, as many as the embedding has rows; rows without a token get a placeholder. */
final class TokenTable {
    static final float ADDED_SCORE = -1_000;
    private static final float UNUSED_SCORE = -10_000;
    private static final char WORD_START = '\u2581';

    private final String[] texts;
    private final float[] scores;
    private final TokenKind[] kinds;

    TokenTable(int size) {
        texts = new String[size];
        scores = new float[size];
        kinds = new TokenKind[size];
        for (int id = 0; id < size; id++) {
            texts[id] = "[PAD" + id + "]";
        }
        Arrays.fill(scores, UNUSED_SCORE);
        Arrays.fill(kinds, TokenKind.UNUSED);
    }

    int size() {
        return texts.length;
    }

    String text(int id) {
        return texts[id];
    }

    TokenKind kind(int id) {
        return kinds[id];
    }

    /** @param file where the token was found, for the message if its number is out of range */
    void set(Path file, long id, String text, float score, TokenKind kind) {
        if (id < 0 || id >= texts.length) {
            throw new ConvertException("%s: token '%s' has number %d, but the embedding has %d rows"
                    .formatted(file, text, id, texts.length));
        }
        texts[(int) id] = text;
        scores[(int) id] = score;
        kinds[(int) id] = kind;
    }

    /**
     * A token that was added to the trained vocabulary. Some are not marked special although they steer the model; in
     * the others a leading space is written as one, because they are compared with raw text.
     */
    void add(Path file, long id, String text, boolean special) {
        boolean control = special || looksSpecial(text);
        set(
                file,
                id,
                control ? text : text.replace(WORD_START, ' '),
                ADDED_SCORE,
                control ? TokenKind.CONTROL : TokenKind.USER_DEFINED);
    }

    private static boolean looksSpecial(String text) {
        return text.equals("<pad>")
                || text.equals("<mask>")
                || text.equals("<2mass>")
                || text.equals("[@BOS@]")
                || text.startsWith("<|") && text.endsWith("|>")
                || text.startsWith("<\uFF5C") && text.endsWith("\uFF5C>")
                || text.startsWith("<unused") && text.endsWith(">");
    }

    /** The number of the first token with that text. */
    OptionalInt find(String text) {
        int id = Arrays.asList(texts).indexOf(text);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Numbers by text. */
    Map<String, Integer> ids() {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < texts.length; id++) {
            ids.putIfAbsent(texts[id], id);
        }
        return ids;
    }

    void write(GgufWriter out, boolean withScores) {
        out.put("tokenizer.ggml.tokens", MetadataValue.strings(texts));
        if (withScores) {
            out.put("tokenizer.ggml.scores", MetadataValue.floats(scores));
        }
        long[] types = Arrays.stream(kinds).mapToLong(TokenKind::id).toArray();
        out.put("tokenizer.ggml.token_type", MetadataValue.integers(MetadataType.INT32, types));
    }
}

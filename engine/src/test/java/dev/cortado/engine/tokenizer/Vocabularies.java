package dev.cortado.engine.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Vocabularies of a few tokens, made by hand. */
public final class Vocabularies {
    private Vocabularies() {}

    /** Byte-level BPE: the 256 letters, the given merges and what they make, a control and a user-defined token. */
    public static MapMetadata bytePairs(String pre, String... merges) {
        List<String> tokens = new ArrayList<>();
        for (int octet = 0; octet < 256; octet++) {
            tokens.add(Character.toString(ByteAlphabet.letter(octet)));
        }
        for (String merge : merges) {
            tokens.add(merge.replace(" ", ""));
        }
        int[] types = new int[tokens.size() + 2];
        Arrays.fill(types, TokenType.NORMAL.id());
        types[tokens.size()] = TokenType.CONTROL.id();
        types[tokens.size() + 1] = TokenType.USER_DEFINED.id();
        tokens.add("<|end|>");
        tokens.add("<tool>");
        return MapMetadata.of(
                "model", "gpt2",
                "pre", pre,
                "tokens", tokens.toArray(String[]::new),
                "token_type", types,
                "merges", merges);
    }

    /** SentencePiece: unknown, BOS, EOS, the 256 bytes, then the given pieces, the first with the best score. */
    static MapMetadata sentencePieces(String... pieces) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int octet = 0; octet < 256; octet++) {
            tokens.add("<0x%02X>".formatted(octet));
        }
        tokens.addAll(List.of(pieces));
        int[] types = new int[tokens.size()];
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = (id == 0 ? TokenType.UNKNOWN : id < 3 ? TokenType.CONTROL : id < 259 ? TokenType.BYTE : TokenType.NORMAL)
                    .id();
            scores[id] = id < 259 ? 0 : 258 - id;
        }
        return MapMetadata.of(
                "model", "llama", "tokens", tokens.toArray(String[]::new), "token_type", types, "scores", scores);
    }

    /** WordPiece with the given pieces after the special tokens. */
    static MapMetadata wordPieces(String... pieces) {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]"));
        tokens.addAll(List.of(pieces));
        int[] types = new int[tokens.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = (id < 4 ? TokenType.CONTROL : TokenType.NORMAL).id();
        }
        return MapMetadata.of(
                "model", "bert",
                "tokens", tokens.toArray(String[]::new),
                "token_type", types,
                "bos_token_id", 2,
                "seperator_token_id", 3,
                "unknown_token_id", 1);
    }

    /** A unigram model: padding, EOS, unknown, then the given pieces with the given scores. */
    static MapMetadata unigrams(String[] pieces, float... pieceScores) {
        List<String> tokens = new ArrayList<>(List.of("<pad>", "</s>", "<unk>"));
        tokens.addAll(List.of(pieces));
        int[] types = new int[tokens.size()];
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = (id == 2 ? TokenType.UNKNOWN : id < 2 ? TokenType.CONTROL : TokenType.NORMAL).id();
            scores[id] = id < 3 ? 0 : pieceScores[id - 3];
        }
        return MapMetadata.of(
                "model", "t5",
                "tokens", tokens.toArray(String[]::new),
                "token_type", types,
                "scores", scores,
                "add_space_prefix", true,
                "remove_extra_whitespaces", true);
    }

    /** The texts of ids, as the vocabulary spells them. */
    static List<String> texts(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer.vocabulary()::text).toList();
    }
}

package dev.cortado.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * {@code tokenizer.model}: the protocol buffer {@code ModelProto} of sentencepiece_model.proto, as far as it matters here.
 *
 * @param addsDummyPrefix whether a space is put before a text
 * @param special numbers of the tokens with a role
 */
record SentencePieceModel(List<Piece> pieces, boolean addsDummyPrefix, Map<SpecialTokens.Role, Integer> special) {
    private static final long BIGGEST = 256L << 20;
    /** Field numbers of ModelProto, SentencePiece, TrainerSpec and NormalizerSpec. */
    private static final int PIECES = 1;

    private static final int TRAINER = 2;
    private static final int NORMALIZER = 3;
    private static final int PIECE_TEXT = 1;
    private static final int PIECE_SCORE = 2;
    private static final int PIECE_KIND = 3;
    private static final int MODEL_KIND = 3;
    private static final int UNKNOWN_ID = 40;
    private static final int BEGIN_ID = 41;
    private static final int END_ID = 42;
    private static final int PADDING_ID = 43;
    private static final int DUMMY_PREFIX = 3;
    private static final int BYTE_PAIR_MODEL = 2;

    /** One entry of the vocabulary. */
    record Piece(String text, float score, TokenKind kind) {}

    static SentencePieceModel read(Path file) throws IOException {
        if (Files.size(file) > BIGGEST) {
            throw new ConvertException("%s: %d bytes, at most %d expected".formatted(file, Files.size(file), BIGGEST));
        }
        ProtocolBuffer in = new ProtocolBuffer(file, Files.readAllBytes(file));
        List<Piece> pieces = new ArrayList<>();
        Map<SpecialTokens.Role, Integer> special = new EnumMap<>(SpecialTokens.Role.class);
        boolean dummyPrefix = true;
        while (in.next()) {
            switch (in.field()) {
                case PIECES -> pieces.add(piece(in.message()));
                case TRAINER -> special.putAll(trainer(file, in.message()));
                case NORMALIZER -> dummyPrefix = dummyPrefix(in.message());
                default -> in.skip();
            }
        }
        if (pieces.isEmpty()) {
            throw new ConvertException(file + ": no pieces, a SentencePiece model expected");
        }
        special.values().removeIf(id -> id < 0 || id >= pieces.size());
        return new SentencePieceModel(pieces, dummyPrefix, special);
    }

    private static Piece piece(ProtocolBuffer in) {
        String text = "";
        float score = 0;
        int kind = TokenKind.NORMAL.id();
        while (in.next()) {
            switch (in.field()) {
                case PIECE_TEXT -> text = in.text();
                case PIECE_SCORE -> score = in.float32();
                case PIECE_KIND -> kind = (int) in.varint();
                default -> in.skip();
            }
        }
        if (kind < 1 || kind > TokenKind.values().length) {
            throw in.fault("piece '%s' of type %d, 1 to 6 expected".formatted(text, kind));
        }
        return new Piece(text, score, TokenKind.values()[kind - 1]);
    }

    private static Map<SpecialTokens.Role, Integer> trainer(Path file, ProtocolBuffer in) {
        Map<SpecialTokens.Role, Integer> special = new EnumMap<>(SpecialTokens.Role.class);
        special.put(SpecialTokens.Role.UNK, 0);
        special.put(SpecialTokens.Role.BOS, 1);
        special.put(SpecialTokens.Role.EOS, 2);
        while (in.next()) {
            switch (in.field()) {
                case MODEL_KIND -> {
                    if (in.varint() != BYTE_PAIR_MODEL) {
                        throw new ConvertException(file + ": a SentencePiece model of another kind than BPE");
                    }
                }
                case UNKNOWN_ID -> special.put(SpecialTokens.Role.UNK, (int) in.varint());
                case BEGIN_ID -> special.put(SpecialTokens.Role.BOS, (int) in.varint());
                case END_ID -> special.put(SpecialTokens.Role.EOS, (int) in.varint());
                case PADDING_ID -> special.put(SpecialTokens.Role.PAD, (int) in.varint());
                default -> in.skip();
            }
        }
        return special;
    }

    private static boolean dummyPrefix(ProtocolBuffer in) {
        boolean dummyPrefix = true;
        while (in.next()) {
            if (in.field() == DUMMY_PREFIX) {
                dummyPrefix = in.varint() != 0;
            } else {
                in.skip();
            }
        }
        return dummyPrefix;
    }
}

package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;

/**
 * SentencePiece's BPE as llama.cpp does it: starting from single characters, the two neighbours whose concatenation is the
 * token with the best score become one. Spaces are {@code ▁}; characters that are no tokens fall back to the tokens of
 * their bytes.
 */
final class SentencePiece implements Segmenter {
    private static final byte[] SPACE_SYMBOL = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};
    private static final int BYTES = 256;

    private final GgufVocabulary vocabulary;
    private final ByteStrings tokens;
    private final int longest;
    private final Neighbours neighbours = new Neighbours();
    private final int[] byteTokens;
    private final boolean addsSpacePrefix;

    SentencePiece(Metadata metadata, GgufVocabulary vocabulary, boolean addsSpacePrefix) {
        this.tokens = vocabulary.table();
        this.addsSpacePrefix = addsSpacePrefix;
        this.vocabulary = vocabulary;
        int longest = 0;
        ByteList text = new ByteList(64);
        for (int id = 0; id < tokens.size(); id++) {
            longest = Math.max(longest, tokens.length(id));
            text.clear();
            tokens.copyTo(text, id);
            neighbours.add(text.array(), 0, text.size());
        }
        this.longest = longest;
        byteTokens = byteTokens(metadata, vocabulary);
    }

    /** An integer that is the smaller the greater the score is. */
    private static int urgency(float score) {
        int bits = Float.floatToIntBits(score + 0.0f); // + 0 turns -0 into 0, which compare equal
        return ~(bits ^ bits >> 31 & 0x7FFFFFFF);
    }

    private static int[] byteTokens(Metadata metadata, GgufVocabulary vocabulary) {
        int[] byteTokens = new int[BYTES];
        for (int octet = 0; octet < BYTES; octet++) {
            int token = vocabulary.id("<0x%02X>".formatted(octet));
            if (token < 0) {
                token = vocabulary.table().find(new byte[] {(byte) octet});
            }
            if (token < 0) {
                int missing = octet;
                token = vocabulary.unknown().orElseThrow(() -> metadata.fault(
                        GgufVocabulary.TOKENS,
                        "neither a token for the byte 0x%02X nor an unknown token found, one of them expected"
                                .formatted(missing)));
            }
            byteTokens[octet] = token;
        }
        return byteTokens;
    }

    @Override
    public void encode(byte[] text, int from, int to, boolean starts, IntList ids) {
        ByteList escaped = new ByteList(to - from + SPACE_SYMBOL.length);
        if (starts && addsSpacePrefix) {
            escaped.add(SPACE_SYMBOL);
        }
        for (int i = from; i < to; i++) {
            if (text[i] == ' ') {
                escaped.add(SPACE_SYMBOL);
            } else {
                escaped.add(text[i]);
            }
        }
        new Pieces(escaped.array()).encode(escaped.size(), ids);
    }

    private final class Pieces extends PairMerging {
        private final byte[] text;

        Pieces(byte[] text) {
            this.text = text;
        }

        void encode(int size, IntList ids) {
            int before = 0;
            for (int at = 0; at < size; ) {
                int end = Math.min(size, at + Utf8.length(text[at]));
                int character = Neighbours.character(text, at, end);
                if (!neighbours.contains(before, character)) {
                    emit(at, ids);
                }
                add(at, tokens.find(text, at, end));
                before = character;
                at = end;
            }
            emit(size, ids);
        }

        private void emit(int end, IntList ids) {
            run(end);
            for (int piece = first(); piece >= 0; piece = after(piece)) {
                if (symbol(piece) >= 0) {
                    ids.add(symbol(piece));
                } else {
                    for (int i = start(piece); i < end(piece); i++) {
                        ids.add(byteTokens[text[i] & 0xFF]);
                    }
                }
            }
            clear();
        }

        @Override
        long pair(int left, int right) {
            int start = start(left);
            int end = end(right);
            int token = end - start > longest ? -1 : tokens.find(text, start, end);
            return token < 0 ? NONE : of(urgency(vocabulary.score(token)), token);
        }
    }
}

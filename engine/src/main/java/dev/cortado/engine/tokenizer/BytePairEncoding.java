package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;

/**
 * BPE with an explicit list of merges: a pre-tokenizer divides the text into words, and within a word the pair of neighbours
 * that stands first in the list becomes one, until no pair is left. Words start as single bytes (as in GPT-2) or, where the
 * vocabulary is UTF-8, as single characters.
 */
final class BytePairEncoding implements Segmenter {
    private static final int BYTES = 256;
    private static final byte[] SPACE_SYMBOL = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final PreTokenizer pre;
    private final ByteStrings tokens;
    private final Merges merges;
    private final boolean spaceSymbol;
    private final boolean utf8;
    /** The symbol that a word's byte starts as. */
    private final int[] byteSymbols = new int[BYTES];
    /** The token for a byte of a symbol that is no token, or -1. */
    private final int[] byteTokens = new int[BYTES];

    BytePairEncoding(Metadata metadata, GgufVocabulary vocabulary, PreTokenizer pre) {
        this.pre = pre;
        tokens = vocabulary.table();
        spaceSymbol = pre.has(PreTokenizer.Trait.SPACE_SYMBOL);
        utf8 = pre.has(PreTokenizer.Trait.UTF_8);
        merges = Merges.read(metadata, tokens, utf8, pre.has(PreTokenizer.Trait.NEEDS_NO_MERGES));
        ByteList letter = new ByteList(2);
        for (int octet = 0; octet < BYTES; octet++) {
            letter.clear();
            letter.addCodePoint(ByteAlphabet.letter(octet));
            byteSymbols[octet] = merges.symbol(letter.array(), 0, letter.size());
            byteTokens[octet] = utf8
                    ? vocabulary.id("<0x%02X>".formatted(octet))
                    : tokens.find(new byte[] {(byte) octet});
        }
    }

    @Override
    public void encode(byte[] text, int from, int to, boolean starts, IntList ids) {
        if (spaceSymbol) {
            ByteList escaped = new ByteList(to - from);
            for (int i = from; i < to; i++) {
                if (text[i] == ' ') {
                    escaped.add(SPACE_SYMBOL);
                } else {
                    escaped.add(text[i]);
                }
            }
            encodeWords(escaped.array(), 0, escaped.size(), ids);
        } else {
            encodeWords(text, from, to, ids);
        }
    }

    private void encodeWords(byte[] text, int from, int to, IntList ids) {
        IntList ends = pre.split(withPlainWhiteSpace(Utf8.codePoints(text, from, to)));
        Word word = new Word(text);
        int characters = 0;
        int start = from;
        for (int i = 0; i < ends.size(); i++) {
            int end = start;
            for (; characters < ends.get(i); characters++) {
                end += Utf8.length(text[end]);
            }
            word.encode(start, end, ids);
            start = end;
        }
    }

    /** Patterns see white space beyond ASCII as a vertical tab. */
    private static int[] withPlainWhiteSpace(int[] text) {
        for (int i = 0; i < text.length; i++) {
            if (text[i] >= 0x80 && CharacterKind.of(text[i]) == CharacterKind.WHITE_SPACE) {
                text[i] = 0x0B;
            }
        }
        return text;
    }

    private final class Word extends PairMerging {
        private final byte[] text;
        private final ByteList spelling = new ByteList(64);

        Word(byte[] text) {
            this.text = text;
        }

        void encode(int from, int to, IntList ids) {
            int whole = wholeToken(from, to);
            if (whole >= 0) {
                ids.add(whole);
                return;
            }
            if (utf8) {
                encodeCharacters(from, to, ids);
            } else {
                for (int at = from; at < to; at++) {
                    add(at, byteSymbols[text[at] & 0xFF]);
                }
                emit(to, ids);
            }
        }

        private void encodeCharacters(int from, int to, IntList ids) {
            int before = 0;
            for (int at = from; at < to; ) {
                int end = Math.min(to, at + Utf8.length(text[at]));
                int character = Neighbours.character(text, at, end);
                if (!merges.neighbours().contains(before, character)) {
                    emit(at, ids);
                }
                add(at, merges.symbol(text, at, end));
                before = character;
                at = end;
            }
            emit(to, ids);
        }

        /** Merges what has been added. */
        private void emit(int end, IntList ids) {
            run(end);
            for (int place = first(); place >= 0; place = after(place)) {
                emit(symbol(place), start(place), end(place), ids);
            }
            clear();
        }

        /** The token of a word that is not to be taken apart, or -1. */
        private int wholeToken(int from, int to) {
            if (pre.has(PreTokenizer.Trait.IGNORES_MERGES)) {
                if (utf8) {
                    return tokens.find(text, from, to);
                }
                spelling.clear();
                ByteAlphabet.encode(text, from, to, spelling);
                return tokens.find(spelling.array(), 0, spelling.size());
            }
            if (pre.has(PreTokenizer.Trait.KEEPS_LINE_FEEDS) && text[from] == '\n') {
                return tokens.find(text, from, to); // words with line feeds hold nothing else
            }
            return -1;
        }

        /** Adds a symbol's token, or where it is none the tokens of its bytes as far as there are any. */
        private void emit(int symbol, int from, int to, IntList ids) {
            if (symbol >= 0 && symbol < tokens.size()) {
                ids.add(symbol);
                return;
            }
            spelling.clear();
            if (utf8) {
                spelling.add(text, from, to);
            } else {
                ByteAlphabet.encode(text, from, to, spelling);
            }
            for (int i = 0; i < spelling.size(); i++) {
                int token = byteTokens[spelling.array()[i] & 0xFF];
                if (token >= 0) {
                    ids.add(token);
                }
            }
        }

        @Override
        long pair(int left, int right) {
            return merges.of(symbol(left), symbol(right));
        }
    }
}

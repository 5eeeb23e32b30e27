package dev.cortado.engine.tokenizer;

/** Drops white space, may make letters lower-case, and hands each word to another algorithm. */
final class WhiteSpaceWords implements Segmenter {
    private final Segmenter words;
    private final boolean lowerCase;

    WhiteSpaceWords(Segmenter words, boolean lowerCase) {
        this.words = words;
        this.lowerCase = lowerCase;
    }

    @Override
    public void encode(byte[] text, int from, int to, boolean starts, IntList ids) {
        ByteList word = new ByteList(64);
        for (int c : Utf8.codePoints(text, from, to)) {
            if (CharacterKind.of(c) == CharacterKind.WHITE_SPACE) {
                encode(word, starts, ids);
            } else {
                word.addCodePoint(lowerCase ? CharacterKind.lowerCase(c) : c);
            }
        }
        encode(word, starts, ids);
    }

    private void encode(ByteList word, boolean starts, IntList ids) {
        if (word.size() > 0) {
            words.encode(word.array(), 0, word.size(), starts, ids);
            word.clear();
        }
    }
}

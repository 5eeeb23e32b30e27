package dev.cortado.engine.tokenizer;

import dev.cortado.engine.template.Span;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * The steps that all tokenizers share: special tokens are found first, the stretches between them go to the model's
 * algorithm, and the tokens around a text are added; decoding joins pieces and tidies spaces.
 */
final class ModelTokenizer implements Tokenizer {
    /**
     * What differs between kinds of tokenizers besides the algorithm.
     *
     * @param spelling how the vocabulary spells text
     * @param first token that begins every text
     * @param last token that ends every text
     * @param addsSpacePrefix whether encoding puts a space before a text, which decoding takes away
     * @param cleansSpaces whether decoding ends with {@link SpaceCleanup}
     */
    record Style(
            Spelling spelling, OptionalInt first, OptionalInt last, boolean addsSpacePrefix, boolean cleansSpaces) {}

    private final GgufVocabulary vocabulary;
    private final SpecialTokens specialTokens;
    private final Segmenter segmenter;
    private final Style style;

    ModelTokenizer(GgufVocabulary vocabulary, SpecialTokens specialTokens, Segmenter segmenter, Style style) {
        this.vocabulary = vocabulary;
        this.specialTokens = specialTokens;
        this.segmenter = segmenter;
        this.style = style;
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        byte[] bytes = Utf8.encode(text);
        BitSet plain = new BitSet();
        if (!parseSpecial) {
            plain.set(0, bytes.length);
        }
        return encode(bytes, plain, addSpecial);
    }

    @Override
    public int[] encode(List<Span> text, boolean addSpecial) {
        StringBuilder joined = new StringBuilder();
        text.forEach(span -> joined.append(span.text()));
        byte[] bytes = Utf8.encode(joined.toString());
        BitSet plain = new BitSet();
        int chars = 0;
        int at = 0;
        for (Span span : text) {
            chars += span.text().length();
            // a surrogate pair across two spans is one character, and belongs to the first
            int end = at;
            while (chars > 0 && end < bytes.length) {
                int length = Utf8.length(bytes[end]);
                chars -= length == 4 ? 2 : 1;
                end += length;
            }
            if (!span.trusted()) {
                plain.set(at, end);
            }
            at = end;
        }
        return encode(bytes, plain, addSpecial);
    }

    private int[] encode(byte[] text, BitSet plain, boolean addSpecial) {
        IntList ids = new IntList(text.length / 3 + 8);
        if (addSpecial) {
            style.first().ifPresent(ids::add);
        }
        boolean starts = true;
        for (Fragment fragment : specialTokens.partition(text, plain)) {
            if (fragment.isText()) {
                segmenter.encode(text, fragment.from(), fragment.to(), starts, ids);
            } else {
                ids.add(fragment.token());
            }
            starts = !fragment.isText();
        }
        if (addSpecial) {
            style.last().ifPresent(ids::add);
        }
        return ids.toArray();
    }

    @Override
    public byte[] decode(int[] ids, boolean removeSpecial, boolean unparseSpecial) {
        int from = 0;
        int to = ids.length;
        boolean removeSpace = style.addsSpacePrefix();
        if (removeSpecial && vocabulary.addsBos() && to > 0 && isToken(ids[0], vocabulary.bos())) {
            removeSpace = false;
            from++;
        }
        if (removeSpecial && vocabulary.addsEos() && to > from && isToken(ids[to - 1], vocabulary.eos())) {
            to--;
        }
        ByteList text = new ByteList(4 * (to - from));
        for (int i = from; i < to; i++) {
            byte[] piece = piece(ids[i], unparseSpecial);
            boolean shorter = i == from && removeSpace && piece.length > 0 && piece[0] == ' ';
            text.add(piece, shorter ? 1 : 0, piece.length);
        }
        byte[] bytes = text.toArray();
        return style.cleansSpaces() ? Arrays.copyOf(bytes, SpaceCleanup.clean(bytes, bytes.length)) : bytes;
    }

    private static boolean isToken(int id, OptionalInt token) {
        return token.isPresent() && token.getAsInt() == id;
    }

    @Override
    public byte[] piece(int id, boolean special) {
        byte[] text = vocabulary.table().get(Objects.checkIndex(id, vocabulary.size()));
        return switch (vocabulary.type(id)) {
            case CONTROL, UNKNOWN -> special ? text : new byte[0];
            case USER_DEFINED -> text;
            case NORMAL -> {
                ByteList out = new ByteList(text.length);
                style.spelling().decode(text, out);
                yield out.toArray();
            }
            case BYTE -> new byte[] {(byte) GgufVocabulary.octet(vocabulary.text(id))};
            case UNUSED, UNDEFINED -> new byte[0];
        };
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }
}

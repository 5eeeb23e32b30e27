package dev.cortado.engine.tokenizer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The general categories that pre-tokenizers tell apart, one bit each, for every code point. White space (the Unicode
 * property White_Space) comes before the category, so that a no-break space is white space and no separator.
 *
 * <p>The tokenizers of llama.cpp know Unicode 15.1; what later versions added counts as unassigned.
 */
final class CharacterKind {
    static final int UNASSIGNED = 1;
    static final int NUMBER = 1 << 1;
    static final int LETTER = 1 << 2;
    static final int MARK = 1 << 3;
    static final int PUNCTUATION = 1 << 4;
    static final int SYMBOL = 1 << 5;
    static final int CONTROL = 1 << 6;
    static final int WHITE_SPACE = 1 << 7;

    /** First and last code points of the runs that Unicode 16 assigned (DerivedAge.txt). */
    private static final int[] NEWER_THAN_15_1 = {
        0x897, 0x897, 0x1B4E, 0x1B4F, 0x1B7F, 0x1B7F, 0x1C89, 0x1C8A, 0x2427, 0x2429, 0x31E4, 0x31E5, 0xA7CB, 0xA7CD,
        0xA7DA, 0xA7DC, 0x105C0, 0x105F3, 0x10D40, 0x10D65, 0x10D69, 0x10D85, 0x10D8E, 0x10D8F, 0x10EC2, 0x10EC4,
        0x10EFC, 0x10EFC, 0x11380, 0x11389, 0x1138B, 0x1138B, 0x1138E, 0x1138E, 0x11390, 0x113B5, 0x113B7, 0x113C0,
        0x113C2, 0x113C2, 0x113C5, 0x113C5, 0x113C7, 0x113CA, 0x113CC, 0x113D5, 0x113D7, 0x113D8, 0x113E1, 0x113E2,
        0x116D0, 0x116E3, 0x11BC0, 0x11BE1, 0x11BF0, 0x11BF9, 0x11F5A, 0x11F5A, 0x13460, 0x143FA, 0x16100, 0x16139,
        0x16D40, 0x16D79, 0x18CFF, 0x18CFF, 0x1CC00, 0x1CCF9, 0x1CD00, 0x1CEB3, 0x1E5D0, 0x1E5FA, 0x1E5FF, 0x1E5FF,
        0x1F8B2, 0x1F8BB, 0x1F8C0, 0x1F8C1, 0x1FA89, 0x1FA89, 0x1FA8F, 0x1FA8F, 0x1FABE, 0x1FABE, 0x1FAC6, 0x1FAC6,
        0x1FADC, 0x1FADC, 0x1FADF, 0x1FADF, 0x1FAE9, 0x1FAE9, 0x1FBCB, 0x1FBEF,
    };

    private static final int PAGE = 256;

    /** Made when a text has one of its characters: all of them would take as long as to read a vocabulary. */
    private static final AtomicReferenceArray<byte @Nullable []> PAGES =
            new AtomicReferenceArray<>((Character.MAX_CODE_POINT + 1) / PAGE);

    private CharacterKind() {}

    /** The one bit of a code point. */
    static int of(int codePoint) {
        byte[] page = PAGES.get(codePoint / PAGE);
        if (page == null) {
            page = page(codePoint / PAGE * PAGE);
            PAGES.set(codePoint / PAGE, page);
        }
        return page[codePoint % PAGE] & 0xFF;
    }

    /** The lower-case letter of a letter in upper case, anything else as it is. */
    static int lowerCase(int codePoint) {
        return of(codePoint) == UNASSIGNED ? codePoint : Character.toLowerCase(codePoint);
    }

    private static byte[] page(int first) {
        byte[] kinds = new byte[PAGE];
        for (int i = 0; i < PAGE; i++) {
            kinds[i] = (byte) kind(Character.getType(first + i));
        }
        for (int i = 0; i < NEWER_THAN_15_1.length; i += 2) {
            int from = Math.max(NEWER_THAN_15_1[i], first);
            int to = Math.min(NEWER_THAN_15_1[i + 1], first + PAGE - 1);
            for (int c = from; c <= to; c++) {
                kinds[c - first] = UNASSIGNED;
            }
        }
        if (first == 0) {
            for (int c = '\t'; c <= '\r'; c++) {
                kinds[c] = (byte) WHITE_SPACE;
            }
            kinds[0x85] = (byte) WHITE_SPACE;
        }
        return kinds;
    }

    private static int kind(int category) {
        return switch (category) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> MARK;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> WHITE_SPACE;
            case Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION,
                    Character.OTHER_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION -> PUNCTUATION;
            case Character.MATH_SYMBOL,
                    Character.CURRENCY_SYMBOL,
                    Character.MODIFIER_SYMBOL,
                    Character.OTHER_SYMBOL -> SYMBOL;
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> CONTROL;
            default -> UNASSIGNED;
        };
    }
}

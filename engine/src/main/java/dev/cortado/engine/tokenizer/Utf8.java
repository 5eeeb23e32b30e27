package dev.cortado.engine.tokenizer;

import java.nio.charset.StandardCharsets;

/** UTF-8 as the tokenizers see it. */
final class Utf8 {
    private static final int REPLACEMENT = 0xFFFD;

    private Utf8() {}

    /** The bytes of a string, with U+FFFD for lone surrogates. */
    static byte[] encode(String text) {
        return (hasLoneSurrogate(text) ? withoutLoneSurrogates(text) : text).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                int codePoint = text.codePointAt(i);
                if (!Character.isSupplementaryCodePoint(codePoint)) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static String withoutLoneSurrogates(String text) {
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Bytes of the character that begins with this byte, as the byte claims; 1 for a continuation byte. */
    static int length(byte first) {
        int high = (first & 0xFF) >> 4;
        return high < 0xC ? 1 : high < 0xE ? 2 : high == 0xE ? 3 : 4;
    }

    /** Bytes that a code point takes. */
    static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** The code points of valid UTF-8. */
    static int[] codePoints(byte[] text, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += (text[i] & 0xC0) == 0x80 ? 0 : 1;
        }
        int[] codePoints = new int[count];
        int at = from;
        for (int i = 0; i < count; i++) {
            byte first = text[at];
            if (first >= 0) {
                codePoints[i] = first;
                at++;
            } else {
                int length = length(first);
                int codePoint = first & (0xFF >> length + 1);
                for (int k = 1; k < length; k++) {
                    codePoint = codePoint << 6 | text[at + k] & 0x3F;
                }
                codePoints[i] = codePoint;
                at += length;
            }
        }
        return codePoints;
    }
}

package dev.cortado.gguf;

/** UTF-8, without making a string of it: a vocabulary has ten thousands of texts. */
final class Utf8 {
    private Utf8() {}

    /** Whether the bytes are what a decoder takes without a replacement (table 3-7 of the Unicode standard). */
    static boolean isValid(byte[] text, int from, int to) {
        int at = from;
        while (at < to) {
            int lead = text[at++];
            if (lead >= 0) {
                continue;
            }
            int more = lead >= (byte) 0xF0 ? 3 : lead >= (byte) 0xE0 ? 2 : 1;
            if (lead < (byte) 0xC2 || lead > (byte) 0xF4 || at + more > to || !isSecond(lead, text[at])) {
                return false;
            }
            for (int end = at + more; at < end; at++) {
                if (!continues(text[at])) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Some leads allow fewer second bytes than all: no longer form than needed, no surrogate, nothing above U+10FFFF. */
    private static boolean isSecond(int lead, byte second) {
        return switch (lead & 0xFF) {
            case 0xE0 -> second >= (byte) 0xA0;
            case 0xED -> second < (byte) 0xA0;
            case 0xF0 -> second >= (byte) 0x90;
            case 0xF4 -> second < (byte) 0x90;
            default -> true;
        };
    }

    private static boolean continues(byte octet) {
        return octet < (byte) 0xC0;
    }
}

package dev.cortado.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet of byte-level BPE, from GPT-2: a printable character for each byte. Bytes that are printable in Latin-1 stand
 * for themselves; the others, in order, are U+0100 and following.
 */
final class ByteAlphabet {
    private static final int BYTES = 256;
    private static final int[] LETTERS = letters();
    private static final int[] OCTETS = octets();

    private ByteAlphabet() {}

    /** The character for a byte, 0 to 255. */
    static int letter(int octet) {
        return LETTERS[octet];
    }

    /** Appends text in this alphabet; {@code bytes} are what it stands for. */
    static void encode(byte[] bytes, int from, int to, ByteList out) {
        for (int i = from; i < to; i++) {
            out.addCodePoint(LETTERS[bytes[i] & 0xFF]);
        }
    }

    /** Appends the bytes that a text stands for; a character that is none of the alphabet is spelt out as llama.cpp does. */
    static void decode(byte[] text, ByteList out) {
        for (int codePoint : Utf8.codePoints(text, 0, text.length)) {
            if (codePoint < OCTETS.length && OCTETS[codePoint] >= 0) {
                out.add(OCTETS[codePoint]);
            } else {
                StringBuilder spelt = new StringBuilder("[UNK_BYTE_0x");
                for (byte octet : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
                    spelt.append("%02x".formatted(octet));
                }
                out.add(spelt.toString().getBytes(StandardCharsets.UTF_8));
                out.add(text);
                out.add(']');
            }
        }
    }

    private static int[] letters() {
        int[] letters = new int[BYTES];
        int next = BYTES;
        for (int octet = 0; octet < BYTES; octet++) {
            boolean printable = octet >= '!' && octet <= '~' || octet >= 0xA1 && octet <= 0xAC || octet >= 0xAE;
            letters[octet] = printable ? octet : next++;
        }
        return letters;
    }

    private static int[] octets() {
        int[] octets = new int[Arrays.stream(LETTERS).max().orElseThrow() + 1];
        Arrays.fill(octets, -1);
        for (int octet = 0; octet < BYTES; octet++) {
            octets[LETTERS[octet]] = octet;
        }
        return octets;
    }
}

package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is UTF-8 is what the JDK's decoder takes. */
class Utf8Test {
    @Test
    void every_code_point_is_valid_and_surrogates_are_not() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            byte[] text = surrogate
                    ? new byte[] {(byte) 0xED, (byte) (0x80 | point >> 6 & 0x3F), (byte) (0x80 | point & 0x3F)}
                    : Character.toString(point).getBytes(StandardCharsets.UTF_8);
            assertThat(Utf8.isValid(text, 0, text.length)).as("U+%X", point).isEqualTo(!surrogate);
        }
    }

    @Test
    void all_pairs_and_many_longer_texts_are_judged_as_the_decoder_judges_them() {
        byte[] pair = new byte[2];
        for (int both = 0; both < 1 << 16; both++) {
            pair[0] = (byte) (both >> 8);
            pair[1] = (byte) both;
            requireSame(pair);
        }
        Random random = new Random(11);
        for (int i = 0; i < 300_000; i++) {
            byte[] text = new byte[1 + random.nextInt(6)];
            for (int k = 0; k < text.length; k++) {
                text[k] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 0x80 + random.nextInt(0x80));
            }
            if (random.nextBoolean()) {
                text[0] = (byte) (0xE0 + random.nextInt(0x18));
            }
            requireSame(text);
        }
    }

    @Test
    void only_the_bytes_in_the_range_count() {
        byte[] text = {(byte) 0xFF, 'a', (byte) 0xC3, (byte) 0xA9, (byte) 0xFF};
        assertThat(Utf8.isValid(text, 1, 4)).isTrue();
        assertThat(Utf8.isValid(text, 1, 3)).isFalse();
        assertThat(Utf8.isValid(text, 3, 3)).isTrue();
    }

    private static void requireSame(byte[] text) {
        boolean valid;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
            valid = true;
        } catch (CharacterCodingException e) {
            valid = false;
        }
        if (Utf8.isValid(text, 0, text.length) != valid) {
            throw new AssertionError(HexFormat.of().formatHex(text) + " is " + (valid ? "valid" : "not valid"));
        }
    }
}

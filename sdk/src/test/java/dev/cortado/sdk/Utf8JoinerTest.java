package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Utf8JoinerTest {
    private final Utf8Joiner joiner = new Utf8Joiner();

    private String append(int... bytes) {
        byte[] piece = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            piece[i] = (byte) bytes[i];
        }
        return joiner.append(piece);
    }

    @Test
    void a_character_appears_with_its_last_byte() {
        assertThat(append(0xF0, 0x9F)).isNull();
        assertThat(append(0x98)).isNull();
        assertThat(append(0x80)).isEqualTo("😀");
    }

    @Test
    void whole_characters_appear_while_the_next_one_is_awaited() {
        assertThat(append('a', 0xC3)).isEqualTo("a");
        assertThat(append(0xA9)).isEqualTo("é");
    }

    @Test
    void a_broken_character_is_replaced_when_another_begins() {
        assertThat(append(0xF0, 0x9F)).isNull();
        assertThat(append('A')).isEqualTo("\uFFFDA");
    }

    @Test
    void a_lone_continuation_is_replaced_at_once() {
        assertThat(append(0x80)).isEqualTo("\uFFFD");
    }

    @Test
    void a_token_without_text_gives_empty_text() {
        assertThat(append()).isEmpty();
    }

    @Test
    void an_impossible_byte_is_held_until_text_follows() {
        assertThat(append(0xFF)).isNull();
        assertThat(append('x')).isEqualTo("\uFFFDx");
    }
}

package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    private final StopStrings stops = new StopStrings(List.of("END"));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private int find(String text) {
        return stops.find(bytes(text), bytes(text).length);
    }

    private int beginning(String text) {
        return stops.findBeginning(bytes(text), bytes(text).length);
    }

    @Test
    void the_earliest_stop_string_is_found() {
        assertThat(find("abc")).isEqualTo(-1);
        assertThat(find("abc### User")).isEqualTo(3);
        assertThat(find("aEND### User")).isEqualTo(1);
        assertThat(find("### Use")).isEqualTo(-1);
    }

    @Test
    void a_tail_that_may_become_one_is_found() {
        assertThat(beginning("abc")).isEqualTo(3);
        assertThat(beginning("abc#")).isEqualTo(3);
        assertThat(beginning("abc <|im_")).isEqualTo(4);
        assertThat(beginning("E")).isZero();
        assertThat(beginning("EX")).isEqualTo(2);
    }

    @Test
    void only_bytes_in_use_count() {
        assertThat(stops.find(bytes("xEND"), 3)).isEqualTo(-1);
    }

    @Test
    void a_control_token_matches_as_a_whole() {
        assertThat(stops.contains(bytes("<|im_end|>"))).isTrue();
        assertThat(stops.contains(bytes("<|im_end|>x"))).isFalse();
    }
}

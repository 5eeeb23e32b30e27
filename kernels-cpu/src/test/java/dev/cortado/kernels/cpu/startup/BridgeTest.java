package dev.cortado.kernels.cpu.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Plain loops until the vector form is ready. */
class BridgeTest {
    private final AtomicInteger misses = new AtomicInteger();

    @Test
    void the_plain_form_answers_until_the_crossing() {
        Bridge<String> bridge = new Bridge<>("plain", "vector");
        assertThat(bridge.get()).isEqualTo("plain");
        bridge.cross();
        assertThat(bridge.get()).isEqualTo("vector");
        assertThat(bridge.crossed()).isTrue();
    }

    @Test
    void the_first_miss_is_told_and_no_other() {
        Bridge<String> bridge = new Bridge<>("plain", "vector");
        bridge.onMiss(misses::incrementAndGet);
        bridge.get();
        bridge.get();
        assertThat(misses).hasValue(1);
    }

    @Test
    void nothing_is_missed_after_the_crossing_nor_where_there_is_no_other_form() {
        Bridge<String> crossed = new Bridge<>("plain", "vector");
        crossed.onMiss(misses::incrementAndGet);
        crossed.cross();
        crossed.get();
        Bridge<String> plain = new Bridge<>("plain", "plain");
        plain.onMiss(misses::incrementAndGet);
        plain.get();
        assertThat(misses).hasValue(0);
    }
}

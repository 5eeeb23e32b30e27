package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Progress progress(Progress.Unit unit, boolean visible) {
        return new Progress("Work", unit, visible, new PrintStream(out));
    }

    @Test
    void a_bar_tells_share_rate_and_remaining_time() {
        Progress progress = progress(Progress.Unit.BYTES, true);
        assertThat(progress.line(1 << 20, 4 << 20, 1_000_000_000L))
                .contains(" 25 %", "1.0 MiB/s", "3 s left")
                .contains("██████░░");
        progress.close();
    }

    @Test
    void what_was_there_before_does_not_count_for_the_rate() {
        Progress progress = progress(Progress.Unit.BYTES, true);
        progress.update(3 << 20, 4 << 20);
        assertThat(progress.line((3 << 20) + (1 << 19), 4 << 20, 1_000_000_000L))
                .contains("512.0 KiB/s", "1 s left");
        progress.close();
    }

    @Test
    void nothing_appears_without_a_terminal() {
        try (Progress progress = progress(Progress.Unit.TOKENS, false)) {
            for (int i = 0; i <= 100; i++) {
                progress.update(i, 100);
            }
        }
        assertThat(out.size()).isZero();
    }

    @Test
    void sizes_are_told_in_binary_units() {
        assertThat(Progress.bytes(1000)).isEqualTo("1000 B");
        assertThat(Progress.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Progress.bytes(5L << 30)).isEqualTo("5.0 GiB");
    }
}

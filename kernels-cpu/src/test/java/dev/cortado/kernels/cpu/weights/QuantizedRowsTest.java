package dev.cortado.kernels.cpu.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs as 8-bit integers. */
class QuantizedRowsTest {
    private static final int COLUMNS = 512;

    @ParameterizedTest
    @ValueSource(ints = {32, 256})
    void a_value_is_off_by_half_a_step_at_most(int block) {
        float[] x = new float[2 * COLUMNS];
        Random random = new Random(1);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * (1 + i / 64);
        }
        QuantizedRows rows = quantize(block, x);
        for (int t = 0; t < 2; t++) {
            for (int k = 0; k < COLUMNS; k++) {
                float scale = rows.scales()[(t * COLUMNS + k) / block];
                assertThat(Math.abs(scale * value(rows, t, k) - x[t * COLUMNS + k]))
                        .isLessThanOrEqualTo(0.501f * scale);
            }
        }
    }

    @Test
    void sums_and_starts_belong_to_the_values() {
        float[] x = new float[COLUMNS];
        Random random = new Random(2);
        for (int i = 0; i < COLUMNS; i++) {
            x[i] = i < 32 ? 1 : i < 64 ? -1 : (float) random.nextGaussian();
        }
        QuantizedRows rows = quantize(32, x);
        for (int run = 0; run < COLUMNS / 16; run++) {
            int low = 0;
            int high = 0;
            for (int k = run * 16; k < run * 16 + 16; k++) {
                if ((k & 2) == 0) {
                    low += value(rows, 0, k);
                } else {
                    high += value(rows, 0, k);
                }
            }
            int start = rows.starts16()[run];
            assertThat(rows.sums16()[run]).isEqualTo(low + high);
            assertThat((short) start).isEqualTo((short) (-32 * low));
            assertThat(start >> 16).isEqualTo(-32 * high);
        }
        for (int k = 0; k < COLUMNS / 32; k++) {
            assertThat(rows.sums32()[k]).isEqualTo(rows.sums16()[2 * k] + rows.sums16()[2 * k + 1]);
        }
        assertThat(rows.starts32()[0]).isEqualTo(-16 * 16 * 127 & 0xFFFF | -16 * 16 * 127 << 16);
        assertThat(rows.starts32()[1]).isEqualTo(16 * 16 * 127 & 0xFFFF | 16 * 16 * 127 << 16);
    }

    @Test
    void zeros_and_numbers_next_to_zero_have_no_scale() {
        float[] x = new float[COLUMNS];
        x[40] = Float.MIN_VALUE;
        QuantizedRows rows = quantize(32, x);
        assertThat(rows.scales()[0]).isZero();
        assertThat(rows.scales()[1]).isZero();
        assertThat(value(rows, 0, 40)).isZero();
    }

    @Test
    void rows_that_are_no_whole_blocks_are_refused() {
        assertThatThrownBy(() -> new QuantizedRows(256).resize(1, 288))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("288")
                .hasMessageContaining("256");
    }

    private static QuantizedRows quantize(int block, float[] x) {
        QuantizedRows rows = new QuantizedRows(block);
        rows.resize(x.length / COLUMNS, COLUMNS);
        for (int t = 0; t < x.length / COLUMNS; t++) {
            rows.set(t, x, t * COLUMNS);
        }
        return rows;
    }

    private static int value(QuantizedRows rows, int token, int k) {
        int pair = rows.pairs()[token * COLUMNS / 2 + 2 * (k >> 2) + (k & 1)];
        return (k & 2) == 0 ? (short) pair : pair >> 16;
    }
}

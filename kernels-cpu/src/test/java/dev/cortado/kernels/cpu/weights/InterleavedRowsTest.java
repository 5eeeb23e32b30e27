package dev.cortado.kernels.cpu.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The inputs of the integer tile. */
class InterleavedRowsTest {
    private static final int COLUMNS = 96;
    private static final int ROWS = 7;

    @Test
    void rows_are_rounded_as_those_of_single_tokens_and_lie_in_fours() {
        float[] x = new float[ROWS * COLUMNS];
        Random random = new Random(3);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        QuantizedRows plain = new QuantizedRows(32);
        plain.resize(ROWS, COLUMNS);
        InterleavedRows rows = new InterleavedRows();
        rows.resize(ROWS, COLUMNS);
        for (int row = 0; row < ROWS; row++) {
            plain.set(row, x, row * COLUMNS);
            rows.round(row, x, row * COLUMNS);
            rows.scaleSums(row);
        }
        for (int row = 0; row < ROWS; row++) {
            int first = row / 4 * 4;
            for (int pair = 0; pair < COLUMNS / 2; pair++) {
                assertThat(rows.pairs()[(first * COLUMNS / 2 + pair * 4) + row % 4])
                        .isEqualTo(plain.pairs()[row * COLUMNS / 2 + pair]);
            }
            for (int block = 0; block < COLUMNS / 32; block++) {
                int at = first * COLUMNS / 32 + block * 4 + row % 4;
                int of = row * COLUMNS / 32 + block;
                assertThat(rows.scales()[at]).isEqualTo(plain.scales()[of]);
                assertThat(rows.scaledSums(32)[at]).isEqualTo(plain.scales()[of] * plain.sums32()[of]);
                for (int half = 0; half < 2; half++) {
                    assertThat(rows.scaledSums(16)[first * COLUMNS / 16 + (2 * block + half) * 4 + row % 4])
                            .isEqualTo(plain.scales()[of] * plain.sums16()[2 * of + half]);
                }
            }
        }
    }

    @Test
    void rows_that_are_no_whole_blocks_are_refused() {
        assertThatThrownBy(() -> new InterleavedRows().resize(1, 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("40")
                .hasMessageContaining("32");
    }
}

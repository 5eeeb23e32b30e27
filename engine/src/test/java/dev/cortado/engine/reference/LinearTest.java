package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.matrix;
import static dev.cortado.engine.reference.Fixture.output;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Products of rows and weight matrices, and the rows themselves. */
class LinearTest {
    private final Backend backend = new ReferenceBackend();

    @Test
    void a_row_of_the_matrix_makes_an_output_and_the_bias_is_added() {
        Matrix w = matrix(backend, row(1, 2), row(3, 4), row(0, -1));
        Activations x = activations(backend, row(10, 1), row(0, 5));
        Activations y = output(backend, 3);
        backend.matmul(x, new Linear[] {new Linear(w, backend.parameter(row(0, 100, 0.5f)))}, new Activations[] {y});
        assertThat(rows(y)).isEqualTo(new float[][] {{12, 134, -0.5f}, {10, 120, -4.5f}});
    }

    @Test
    void matrices_that_share_an_input_fill_neighbouring_columns_of_one_output() {
        Matrix q = matrix(backend, row(1, 1));
        Matrix k = matrix(backend, row(1, 0), row(0, 2));
        Activations x = activations(backend, row(3, 4));
        Activations y = output(backend, 3);
        backend.matmul(x, new Linear[] {new Linear(q, null), new Linear(k, null)}, new Activations[] {
            y.columns(0, 1), y.columns(1, 2)
        });
        assertThat(rows(y)).isEqualTo(new float[][] {{7, 3, 8}});
    }

    @Test
    void sums_are_exact_where_float32_would_lose_the_small_term() {
        Matrix w = matrix(backend, row(1e8f, 1, -1e8f));
        Activations y = output(backend, 1);
        backend.matmul(activations(backend, row(1, 1, 1)), new Linear[] {new Linear(w, null)}, new Activations[] {y});
        assertThat(rows(y)).isEqualTo(new float[][] {{1}});
    }

    @Test
    void quantised_rows_count_as_the_floats_that_they_stand_for() {
        byte[] blocks = new byte[2 * 34]; // two rows of one Q8_0 block: a half-float scale, then 32 bytes
        blocks[1] = 0x38; // 0.5
        Arrays.fill(blocks, 2, 34, (byte) 3);
        blocks[34 + 1] = (byte) 0xc0; // -2
        Arrays.fill(blocks, 36, 68, (byte) -128);
        Matrix w = backend.matrix(new Tensor("w", TensorType.Q8_0, new long[] {32, 2}, MemorySegment.ofArray(blocks)));
        float[] ones = new float[32];
        Arrays.fill(ones, 1);
        Activations y = output(backend, 2);
        backend.matmul(activations(backend, ones), new Linear[] {new Linear(w, null)}, new Activations[] {y});
        assertThat(rows(y)).isEqualTo(new float[][] {{48, 8192}});
    }

    @Test
    void each_head_has_a_matrix_of_its_own() {
        Matrix[] heads = {matrix(backend, row(1, 2)), matrix(backend, row(3, 4))};
        Activations y = output(backend, 2);
        backend.matmulPerHead(activations(backend, row(1, 10, 100, 1000)), heads, y);
        assertThat(rows(y)).isEqualTo(new float[][] {{21, 4300}});
    }

    @Test
    void embedding_copies_the_rows_of_the_ids() {
        Matrix table = matrix(backend, row(0, 1), row(10, 11), row(20, 21));
        Activations y = output(backend, 2);
        backend.embed(table, new int[] {2, 0, 2, 1}, 3, y);
        assertThat(rows(y)).isEqualTo(new float[][] {{20, 21}, {0, 1}, {20, 21}});
    }

    @Test
    void gathering_picks_rows_in_the_order_asked_for() {
        Activations y = output(backend, 1);
        backend.gather(activations(backend, row(1), row(2), row(3)), new int[] {2, 0}, 2, y);
        assertThat(rows(y)).isEqualTo(new float[][] {{3}, {1}});
        backend.gather(activations(backend, row(1)), new int[0], 0, y);
        assertThat(y.rows()).isZero();
    }

    @Test
    void a_view_shares_memory_and_rows_in_use_with_its_origin() {
        Activations x = activations(backend, row(1, 2, 3), row(4, 5, 6));
        Activations middle = x.columns(1, 2).columns(0, 1);
        backend.scale(middle, 10);
        assertThat(rows(x)).isEqualTo(new float[][] {{1, 20, 3}, {4, 50, 6}});
        x.rows(1);
        assertThat(middle.rows()).isEqualTo(1);
        middle.close();
        assertThat(rows(x)).isEqualTo(new float[][] {{1, 20, 3}});
    }

    @Test
    void sizes_that_do_not_fit_are_named() {
        Matrix w = matrix(backend, row(1, 2));
        Linear[] layers = {new Linear(w, null)};
        Activations[] outs = {output(backend, 1)};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.matmul(activations(backend, row(1, 2, 3)), layers, outs))
                .withMessage("input of w has 3 columns, expected 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.embed(w, new int[] {1}, 1, output(backend, 2)))
                .withMessage("id is 1, expected 0 to 0");
        assertThatIllegalArgumentException().isThrownBy(() -> outs[0].rows(9)).withMessage("9 rows, expected 0 to 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> outs[0].columns(1, 1))
                .withMessage("columns 1 to 2, expected some of 0 to 1");
    }

    @Test
    void what_was_closed_or_released_is_refused() {
        Matrix w = matrix(backend, row(1, 2));
        Activations x = activations(backend, row(1, 2));
        Activations[] outs = {output(backend, 1)};
        backend.release(w);
        assertThatIllegalStateException().isThrownBy(() -> backend.matmul(x, new Linear[] {new Linear(w, null)}, outs));
        x.close();
        assertThatIllegalStateException().isThrownBy(() -> backend.scale(x, 2));
        backend.close();
        assertThatIllegalStateException().isThrownBy(() -> backend.scale(outs[0], 2));
        assertThatIllegalStateException().isThrownBy(() -> backend.activations(1, 1));
    }
}

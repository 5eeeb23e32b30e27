package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Experts;
import dev.cortado.engine.backend.Experts.Gating;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of many shapes, alone, together and as experts. */
class ProductsAgreementTest {
    private final Pair pair = new Pair(2, 3);

    @AfterEach
    void close() {
        pair.close();
    }

    @ParameterizedTest(name = "{0} rows x {1} columns to {2}")
    @CsvSource({"1, 1, 1", "5, 7, 3", "6, 256, 64", "9, 300, 65", "31, 513, 130", "64, 64, 16", "100, 320, 17", "7, 1000, 200"})
    void a_product_of_many_rows(int rows, int columns, int outputs) {
        pair.agree(1e-4f, run -> {
            Linear linear = new Linear(
                    run.backend().matrix(run.floatTensor(columns, outputs)), run.backend().parameter(run.floats(outputs)));
            Activations out = run.backend().activations(rows, outputs);
            run.backend().matmul(run.filled(rows, columns), new Linear[] {linear}, new Activations[] {out});
            return out;
        });
    }

    @Test
    void products_that_share_an_input_write_to_views() {
        pair.agree(1e-4f, run -> {
            Activations out = run.backend().activations(21, 100);
            Linear[] layers = new Linear[3];
            Activations[] outs = {out.columns(0, 40), out.columns(40, 10), out.columns(50, 50)};
            for (int i = 0; i < 3; i++) {
                layers[i] = new Linear(run.backend().matrix(run.floatTensor(60, outs[i].columns())), null);
            }
            run.backend().matmul(run.filled(21, 80).columns(13, 60), layers, outs);
            return out;
        });
    }

    @Test
    void a_matrix_per_head() {
        pair.agree(1e-4f, run -> {
            Matrix[] heads = new Matrix[5];
            for (int h = 0; h < 5; h++) {
                heads[h] = run.backend().matrix(run.floatTensor(24, 40));
            }
            Activations out = run.backend().activations(9, 200);
            run.backend().matmulPerHead(run.filled(9, 120), heads, out);
            return out;
        });
    }

    @ParameterizedTest(name = "{0} tokens, {1}")
    @CsvSource({"1, SOFTMAX", "2, SIGMOID", "13, SOFTMAX_OF_CHOSEN", "40, SIGMOID"})
    void experts(int tokens, Gating gating) {
        pair.agree(1e-4f, run -> {
            Linear[] gate = new Linear[8];
            Linear[] up = new Linear[8];
            Linear[] down = new Linear[8];
            for (int e = 0; e < 8; e++) {
                gate[e] = new Linear(run.backend().matrix(run.floatTensor(32, 48)), null);
                up[e] = new Linear(
                        run.backend().matrix(run.floatTensor(32, 48)), run.backend().parameter(run.floats(48)));
                down[e] = new Linear(run.backend().matrix(run.floatTensor(48, 32)), null);
            }
            Experts experts =
                    new Experts(gate, up, down, Activation.SILU, 3, gating, true, 1.5f, run.floats(8), 4, 2);
            Activations out = run.backend().activations(tokens, 32);
            run.backend().experts(run.filled(tokens, 32), run.filled(tokens, 8), experts, out);
            return out;
        });
    }
}

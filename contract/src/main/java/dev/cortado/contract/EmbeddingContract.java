package dev.cortado.contract;

import dev.cortado.engine.backend.Activations;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows by index: of a table of embeddings, and of activations. */
interface EmbeddingContract extends UnderTest {
    @ParameterizedTest
    @EnumSource
    default void embeddings_are_the_dequantised_rows(TensorType type) {
        Random random = new Random(20);
        int columns = 3 * Math.max(32, type.blockSize());
        Tensor table = Weights.tame(type, random, 11, columns);
        int[] ids = {10, 0, 3, 3, 7, -1}; // the last one is not asked for
        assertAgreement("embed " + type, Tolerance.relative(1e-6, 1e-30), bench -> {
            Activations out = bench.output(8, columns);
            bench.backend().embed(bench.matrix(table), ids, 5, out);
            return bench.rows(out);
        });
    }

    @Test
    default void rows_are_gathered_in_the_order_asked_for() {
        float[][] x = Samples.gaussian(new Random(21), 9, 37);
        for (int count : new int[] {0, 1, 4}) {
            assertAgreement("gather " + count, Tolerance.relative(0, 0), bench -> {
                Activations out = bench.output(8, 37);
                bench.backend().gather(bench.input(x), new int[] {8, 0, 8, 5}, count, out);
                return bench.rows(out);
            });
        }
    }

    @Test
    default void copies_are_equal() {
        float[][] x = Samples.gaussian(new Random(22), 5, 101);
        assertAgreement("copy", Tolerance.relative(0, 0), bench -> {
            Activations out = bench.output(8, 101);
            bench.backend().copy(bench.input(x), out);
            return bench.rows(out);
        });
    }
}

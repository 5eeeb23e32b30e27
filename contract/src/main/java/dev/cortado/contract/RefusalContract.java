package dev.cortado.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Attention.Mask;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.TensorType;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Operands that do not fit are refused when the operation is called, whatever it would do with them. */
interface RefusalContract extends UnderTest {
    /** Runs on a row of 32 columns and a cache for 4 tokens; must be refused. */
    private void assertRefused(BiConsumer<Workbench, Activations> operation) {
        try (Workbench bench = new Workbench(backend(), false)) {
            Activations x = bench.input(Samples.gaussian(new Random(95), 2, 32));
            assertThatIllegalArgumentException().isThrownBy(() -> operation.accept(bench, x));
        }
    }

    /** The same for an index or a range: what Java itself throws is as good. */
    private void assertOutOfRange(BiConsumer<Workbench, Activations> operation) {
        try (Workbench bench = new Workbench(backend(), false)) {
            Activations x = bench.input(Samples.gaussian(new Random(95), 2, 32));
            assertThatThrownBy(() -> operation.accept(bench, x))
                    .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
        }
    }

    private static KvCache cache(Workbench bench) {
        return bench.cache(new KvShape(new int[] {32}, new int[] {32}, new int[] {0}, KvShape.Type.F16), 4);
    }

    private static Linear[] linear(Workbench bench, int rows, int columns) {
        return new Linear[] {bench.linear(Weights.tame(TensorType.Q8_0, new Random(96), rows, columns), null)};
    }

    @Test
    default void products_of_other_widths() {
        assertRefused((bench, x) ->
                bench.backend().matmul(x, linear(bench, 3, 64), new Activations[] {bench.output(2, 3)}));
        assertRefused((bench, x) ->
                bench.backend().matmul(x, linear(bench, 3, 32), new Activations[] {bench.output(2, 4)}));
        assertRefused((bench, x) ->
                bench.backend().matmul(x, linear(bench, 3, 32), new Activations[] {bench.output(1, 3)}));
        assertRefused((bench, x) -> bench.backend().matmul(x, linear(bench, 3, 32), new Activations[0]));
        assertRefused((bench, x) -> {
            Linear biased = new Linear(linear(bench, 3, 32)[0].weight(), bench.parameter(1, 2));
            bench.backend().matmul(x, new Linear[] {biased}, new Activations[] {bench.output(2, 3)});
        });
        assertRefused((bench, x) ->
                bench.backend().matmulPerHead(x, new Matrix[] {linear(bench, 3, 64)[0].weight()}, bench.output(2, 3)));
    }

    @Test
    default void ids_and_rows_that_there_are_not() {
        for (int id : new int[] {-1, 7, Integer.MAX_VALUE}) {
            assertOutOfRange((bench, x) ->
                    bench.backend().embed(linear(bench, 7, 32)[0].weight(), new int[] {0, id}, 2, bench.output(2, 32)));
        }
        for (int row : new int[] {-1, 2}) {
            assertOutOfRange((bench, x) -> bench.backend().gather(x, new int[] {row}, 1, bench.output(2, 32)));
        }
        assertOutOfRange((bench, x) -> bench.backend().gather(x, new int[] {0}, 2, bench.output(2, 32)));
        assertOutOfRange((bench, x) -> bench.backend().gather(x, new int[] {0, 0, 0}, 3, bench.output(2, 32)));
    }

    @Test
    default void rows_of_other_sizes() {
        assertRefused((bench, x) -> bench.backend().add(x, bench.input(new float[2][31]), 1));
        assertRefused((bench, x) -> bench.backend().add(x, bench.input(new float[1][32]), 1));
        assertRefused((bench, x) -> bench.backend().multiply(x, bench.input(new float[2][2])));
        assertRefused((bench, x) -> bench.backend().copy(x, bench.output(2, 33)));
        assertRefused((bench, x) -> bench.backend().addParameter(x, bench.parameter(1, 2)));
        assertRefused((bench, x) -> bench.backend().multiplyParameter(x, bench.parameter(1, 2)));
        assertRefused((bench, x) ->
                bench.backend().activate(Activation.SILU, x, bench.input(new float[2][16]), bench.output(2, 32)));
        assertRefused((bench, x) -> bench.backend().activate(Activation.SWIGLU_OAI, x, null, bench.output(2, 32)));
        assertRefused((bench, x) ->
                bench.backend().norm(x, new Norm(Norm.Kind.RMS, bench.parameter(1, 2, 3), null, 0, 0), x));
        assertRefused((bench, x) -> bench.backend().norm(x, new Norm(Norm.Kind.RMS, null, null, 0, 5), x));
    }

    @Test
    default void rows_and_columns_beyond_the_end() {
        assertOutOfRange((bench, x) -> x.rows(3));
        assertOutOfRange((bench, x) -> x.rows(-1));
        assertOutOfRange((bench, x) -> x.columns(30, 3));
        assertOutOfRange((bench, x) -> x.columns(-1, 3));
        assertOutOfRange((bench, x) -> x.read(2, new float[32], 0));
        assertOutOfRange((bench, x) -> x.write(-1, new float[32], 0));
    }

    @Test
    default void positions_and_rows_beyond_the_cache() {
        for (Segment wrong : segments()) {
            assertOutOfRange((bench, x) -> bench.backend().store(x, x, List.of(in(cache(bench), wrong)), 0));
            assertOutOfRange((bench, x) -> bench.backend()
                    .attend(x, bench.output(2, 32), List.of(in(cache(bench), wrong)), 0, attention(1, 1, 32)));
        }
        assertOutOfRange((bench, x) -> bench.backend().store(x, x, List.of(new Segment(cache(bench), 0, 0, 0, 2)), 1));
    }

    /** Rows or positions outside a batch of two rows and a cache of four tokens. */
    private static List<Segment> segments() {
        try (Workbench none = new Workbench(new ReferenceBackend(), false)) {
            KvCache cache = cache(none);
            return List.of(
                    new Segment(cache, 0, 3, 0, 2),
                    new Segment(cache, 3, 0, 0, 2),
                    new Segment(cache, 0, 0, 1, 2),
                    new Segment(cache, 0, 0, -1, 2),
                    new Segment(cache, 0, -1, 0, 2),
                    new Segment(cache, -1, 1, 0, 2),
                    new Segment(cache, Integer.MAX_VALUE, 1, 0, 1));
        }
    }

    private static Segment in(KvCache cache, Segment s) {
        return new Segment(cache, s.base(), s.position(), s.row(), s.rows());
    }

    private static Attention attention(int heads, int kvHeads, int width) {
        return new Attention(heads, kvHeads, width, width, 1, 0, Mask.CAUSAL, 0, 0, null);
    }

    @Test
    default void heads_of_other_widths() {
        for (Attention wrong :
                List.of(attention(2, 1, 32), attention(1, 1, 16), attention(3, 2, 16), attention(4, 4, 16))) {
            assertRefused((bench, x) -> bench.backend()
                    .attend(x, bench.output(2, 32), List.of(new Segment(cache(bench), 0, 0, 0, 2)), 0, wrong));
        }
        Rope rope = new Rope(Rope.Style.HALVES, 1, new float[16], 1);
        assertRefused((bench, x) -> bench.backend().rope(x, 32, rope, List.of(new Segment(cache(bench), 0, 0, 0, 2))));
    }

    @Test
    default void ranges_that_a_sequence_does_not_have() {
        for (int[] range : new int[][] {{-1, 1, 4}, {3, 2, 4}, {0, -1, 4}, {0, 1, 5}}) {
            assertOutOfRange((bench, x) -> bench.backend()
                    .discard(cache(bench), range[0], range[1], range[2], new Rope[] {null}, new int[] {32}));
        }
    }

    @Test
    default void operands_of_another_backend() {
        Backend other = new ReferenceBackend();
        try (Workbench foreign = new Workbench(other, false)) {
            Activations y = foreign.input(new float[2][32]);
            if (!y.getClass().equals(backendActivations())) {
                assertRefused((bench, x) -> bench.backend().add(x, y, 1));
                assertRefused((bench, x) -> bench.backend().addParameter(x, other.parameter(new float[32])));
                assertRefused((bench, x) ->
                        bench.backend().matmul(x, linear(foreign, 3, 32), new Activations[] {bench.output(2, 3)}));
            }
        }
    }

    private Class<?> backendActivations() {
        try (Activations own = backend().activations(1, 1)) {
            return own.getClass();
        }
    }

    @Test
    default void what_was_closed() {
        try (Workbench bench = new Workbench(backend(), false)) {
            Activations x = bench.input(new float[2][32]);
            Activations closed = backend().activations(2, 32);
            closed.rows(2);
            closed.columns(0, 4).close();
            backend().copy(closed, x); // closing a view changes nothing
            closed.close();
            assertThatIllegalStateException().isThrownBy(() -> backend().copy(closed, x));
            assertThatIllegalStateException().isThrownBy(() -> closed.read(0, new float[32], 0));
            KvCache cache =
                    backend().kvCache(new KvShape(new int[] {32}, new int[] {32}, new int[] {0}, KvShape.Type.F16), 4);
            cache.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> backend().store(x, x, List.of(new Segment(cache, 0, 0, 0, 2)), 0));
            Matrix matrix = backend().matrix(Weights.tame(TensorType.Q8_0, new Random(97), 3, 32));
            backend().release(matrix);
            assertThatIllegalStateException().isThrownBy(() -> backend().embed(matrix, new int[] {0}, 1, x));
        }
    }
}

package dev.cortado.contract;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Attention.Mask;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention of every shape over caches of every type: prefill, prefill after prefill, decode, packed sequences. */
interface AttentionContract extends UnderTest {
    /** What an attention is tried with; {@code sinks} are made per backend. */
    record Shape(Attention attention, boolean sinks, boolean valuesAreKeys) {
        static Shape of(int heads, int kvHeads, int width) {
            float scale = (float) (1 / Math.sqrt(width));
            return new Shape(
                    new Attention(heads, kvHeads, width, width, scale, 0, Mask.CAUSAL, 0, 0, null), false, false);
        }

        Shape with(UnaryOperator<Attention> change) {
            return new Shape(change.apply(attention), sinks, valuesAreKeys);
        }

        KvShape cache(KvShape.Type type) {
            int keys = attention.kvHeads() * attention.keyWidth();
            int values = valuesAreKeys ? 0 : attention.kvHeads() * attention.valueWidth();
            // two layers, so that a mistake in the layer is seen
            return new KvShape(new int[] {keys, keys}, new int[] {values, values}, new int[] {0, 0}, type);
        }

        Attention on(Workbench bench) {
            Parameter parameter = sinks ? bench.parameter(Samples.gaussian(new Random(53), attention.heads())) : null;
            return new Attention(
                    attention.heads(),
                    attention.kvHeads(),
                    attention.keyWidth(),
                    attention.valueWidth(),
                    attention.scale(),
                    attention.softCap(),
                    attention.mask(),
                    attention.window(),
                    attention.maxAlibiBias(),
                    parameter);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void heads_share_keys_in_every_ratio(KvShape.Type type) {
        for (int[] heads : new int[][] {{1, 1}, {4, 4}, {4, 2}, {9, 3}, {6, 1}, {8, 1}}) {
            assertAttention(Shape.of(heads[0], heads[1], 32), type);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void heads_of_every_width(KvShape.Type type) {
        for (int width : new int[] {64, 96, 128, 256}) {
            assertAttention(Shape.of(4, 2, width), type);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "F32"})
    default void widths_that_suit_no_vector(KvShape.Type type) {
        for (int width : new int[] {1, 2, 6, 12, 20, 40, 80}) {
            assertAttention(Shape.of(4, 2, width), type);
        }
        assertAttention(
                Shape.of(2, 2, 24).with(a -> new Attention(2, 2, 24, 16, a.scale(), 0, a.mask(), 0, 0, null)), type);
    }

    @ParameterizedTest
    @EnumSource
    default void windows_hide_far_keys(KvShape.Type type) {
        for (Mask mask : Mask.values()) {
            for (int window : new int[] {0, 1, 2, 5, 1000}) {
                assertAttention(
                        Shape.of(4, 2, 32).with(a -> new Attention(4, 2, 32, 32, a.scale(), 0, mask, window, 0, null)),
                        type);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    default void scores_are_capped_biased_and_share_with_sinks(KvShape.Type type) {
        Shape plain = Shape.of(6, 2, 32);
        Shape capped = plain.with(a -> new Attention(6, 2, 32, 32, 2, 1.5f, a.mask(), 0, 0, null));
        Shape alibi = plain.with(a -> new Attention(6, 2, 32, 32, a.scale(), 0, a.mask(), 0, 8, null));
        Shape all = plain.with(a -> new Attention(6, 2, 32, 32, a.scale(), 3, a.mask(), 4, 8, null));
        assertAttention(capped, type);
        assertAttention(alibi, type);
        assertAttention(new Shape(plain.attention(), true, false), type);
        assertAttention(new Shape(all.attention(), true, false), type);
    }

    @ParameterizedTest
    @EnumSource
    default void values_that_are_the_head_of_the_key(KvShape.Type type) {
        for (int heads : new int[] {1, 5}) {
            Attention mla = new Attention(heads, 1, 96, 64, 0.1f, 0, Mask.CAUSAL, 0, 0, null);
            assertAttention(new Shape(mla, false, true), type);
        }
    }

    @Test
    default void long_sequences() {
        Shape shape = Shape.of(2, 1, 32);
        assertSteps(shape, KvShape.Type.F16, 700, 300, 1);
        assertSteps(shape, KvShape.Type.F32, 33, 1, 67, 1);
    }

    /** Scores far apart: a softmax that does not subtract the largest one overflows. */
    @Test
    default void huge_scores_do_not_overflow() {
        Shape shape = Shape.of(2, 1, 32).with(a -> new Attention(2, 1, 32, 32, 1e4f, 0, a.mask(), 0, 0, null));
        assertSteps(shape, KvShape.Type.F32, 5, 1);
    }

    @ParameterizedTest
    @EnumSource
    default void packed_sequences_do_not_see_each_other(KvShape.Type type) {
        for (Mask mask : Mask.values()) {
            Shape shape = Shape.of(4, 2, 32).with(a -> new Attention(4, 2, 32, 32, a.scale(), 0, mask, 0, 0, null));
            Random random = new Random(51);
            float[][] q = Samples.gaussian(random, 10, 128);
            float[][] k = Samples.gaussian(random, 10, 64);
            float[][] v = Samples.gaussian(random, 10, 64);
            assertAgreement("packed, %s, %s".formatted(mask, type), attention(type, v), bench -> {
                KvCache one = bench.cache(shape.cache(type), 20);
                KvCache other = bench.cache(shape.cache(type), 5);
                List<Segment> segments = List.of(
                        new Segment(one, 0, 0, 0, 3),
                        new Segment(one, 3, 0, 3, 1),
                        new Segment(one, 4, 0, 4, 4),
                        new Segment(other, 1, 0, 8, 2));
                Activations out = bench.output(10, 128);
                bench.backend().store(bench.input(k), bench.input(v), segments, 1);
                bench.backend().attend(bench.input(q), out, segments, 1, shape.on(bench));
                return bench.rows(out);
            });
        }
    }

    /** Several chats: each decodes one token at a position of its own. */
    @Test
    default void many_sequences_decode_together() {
        Shape shape = Shape.of(4, 2, 32);
        Random random = new Random(52);
        int[] lengths = {1, 17, 4, 30};
        float[][] k = Samples.gaussian(random, 52, 64);
        float[][] v = Samples.gaussian(random, 52, 64);
        float[][] q = Samples.gaussian(random, 4, 128);
        assertAgreement("decode of four", attention(KvShape.Type.F16, v), bench -> {
            List<Segment> prompts = new ArrayList<>();
            List<Segment> next = new ArrayList<>();
            int row = 0;
            for (int i = 0; i < lengths.length; i++) {
                KvCache cache = bench.cache(shape.cache(KvShape.Type.F16), 40);
                prompts.add(new Segment(cache, 0, 0, row, lengths[i]));
                next.add(new Segment(cache, 0, lengths[i], i, 1));
                row += lengths[i];
            }
            bench.backend().store(bench.input(k), bench.input(v), prompts, 0);
            bench.backend().store(bench.input(Arrays.copyOf(k, 4)), bench.input(Arrays.copyOf(v, 4)), next, 0);
            Activations out = bench.output(4, 128);
            bench.backend().attend(bench.input(q), out, next, 0, shape.on(bench));
            return bench.rows(out);
        });
    }

    private void assertAttention(Shape shape, KvShape.Type type) {
        assertSteps(shape, type, 7, 4, 1, 1);
    }

    /** A sequence fed in batches of these sizes; what each batch saw, one after the other. */
    private void assertSteps(Shape shape, KvShape.Type type, int... batches) {
        Attention a = shape.attention();
        Random random = new Random(50);
        int length = Arrays.stream(batches).sum();
        float[][] q = Samples.gaussian(random, length, a.heads() * a.keyWidth());
        float[][] k = Samples.gaussian(random, length, a.kvHeads() * a.keyWidth());
        float[][] v = shape.valuesAreKeys() ? k : Samples.gaussian(random, length, a.kvHeads() * a.valueWidth());
        String what =
                "%s, %s%s, batches of %s".formatted(a, type, shape.sinks() ? ", sinks" : "", Arrays.toString(batches));
        assertAgreement(what, attention(type, v), bench -> {
            KvCache cache = bench.cache(shape.cache(type), length + 3);
            List<float[]> results = new ArrayList<>();
            int position = 0;
            for (int rows : batches) {
                int end = position + rows;
                List<Segment> segments = List.of(new Segment(cache, 2, position, 0, rows));
                store(bench, shape, k, v, position, end, segments, 0);
                store(bench, shape, reversed(k), reversed(v), position, end, segments, 1); // must not be seen
                Activations out = bench.output(rows, a.heads() * a.valueWidth());
                Activations queries = bench.input(Arrays.copyOfRange(q, position, end));
                bench.backend().attend(queries, out, segments, 0, shape.on(bench));
                results.addAll(List.of(bench.rows(out)));
                position = end;
            }
            return results.toArray(float[][]::new);
        });
    }

    private static void store(
            Workbench bench,
            Shape shape,
            float[][] k,
            float[][] v,
            int from,
            int to,
            List<Segment> segments,
            int layer) {
        Activations keys = bench.input(Arrays.copyOfRange(k, from, to));
        Activations values = shape.valuesAreKeys() ? null : bench.input(Arrays.copyOfRange(v, from, to));
        bench.backend().store(keys, values, segments, layer);
    }

    /** Rows in reverse order: other content of the same shape. */
    private static float[][] reversed(float[][] rows) {
        float[][] reversed = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            reversed[i] = rows[rows.length - 1 - i];
        }
        return reversed;
    }

    private Tolerance attention(KvShape.Type type, float[][] v) {
        double largest = 0;
        for (float[] row : v) {
            for (float value : row) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        return Tolerance.relative(attentionPrecision(type), largest);
    }
}

package dev.cortado.contract;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rotations: both styles, partial, offset, stretched, far positions, several segments. */
interface RopeContract extends UnderTest {
    @ParameterizedTest
    @EnumSource
    default void every_head_is_rotated(Rope.Style style) {
        for (int head : new int[] {8, 20, 64, 96, 128}) {
            assertRope(new Rope(style, 0, frequencies(head / 2, 10000), 1), head, 3, 7, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void a_part_of_a_head_is_rotated(Rope.Style style) {
        assertRope(new Rope(style, 0, frequencies(10, 10000), 1), 80, 2, 5, 1);
        assertRope(new Rope(style, 16, frequencies(8, 10000), 1), 40, 2, 5, 1);
        assertRope(new Rope(style, 5, frequencies(3, 10000), 1), 12, 1, 5, 1);
    }

    @ParameterizedTest
    @EnumSource
    default void magnitude_stretches_what_is_rotated(Rope.Style style) {
        assertRope(new Rope(style, 4, frequencies(8, 500000), 1.19f), 24, 2, 5, 1);
    }

    /** The angle is a product of float32 frequency and position that float32 could not hold to 1e-4. */
    @ParameterizedTest
    @EnumSource
    default void far_positions_are_exact(Rope.Style style) {
        assertRope(new Rope(style, 0, frequencies(32, 10000), 1), 64, 1, 3, 4093);
        assertRope(new Rope(style, 0, frequencies(32, 10000), 1), 64, 1, 3, 100_003);
    }

    @Test
    default void rows_outside_the_segments_stay() {
        Rope rope = new Rope(Rope.Style.HALVES, 0, frequencies(8, 10000), 1);
        float[][] x = Samples.gaussian(new Random(41), 4, 16);
        assertAgreement("gap between segments", Tolerance.relative(precision(), 1), bench -> {
            KvCache cache = cache(bench);
            Activations rows = bench.input(x);
            bench.backend()
                    .rope(rows, 16, rope, List.of(new Segment(cache, 0, 3, 0, 1), new Segment(cache, 0, 9, 2, 1)));
            return bench.rows(rows);
        });
    }

    /** theta_i = base^(-i / pairs). */
    private static float[] frequencies(int pairs, double base) {
        float[] frequencies = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            frequencies[i] = (float) Math.pow(base, -(double) i / pairs);
        }
        return frequencies;
    }

    private static KvCache cache(Workbench bench) {
        return bench.cache(new KvShape(new int[] {32}, new int[] {32}, new int[] {0}, KvShape.Type.F32), 1);
    }

    /** Two segments, one at {@code position} and one at 0, rotated twice so that kept tables are used again. */
    private void assertRope(Rope rope, int headWidth, int heads, int rows, int position) {
        float[][] x = Samples.gaussian(new Random(40), rows, heads * headWidth);
        String what = "%s of %d at %d in %d heads of %d at position %d"
                .formatted(rope.style(), rope.width(), rope.offset(), heads, headWidth, position);
        assertAgreement(what, Tolerance.relative(10 * precision(), 1), bench -> {
            KvCache cache = cache(bench);
            Activations q = bench.input(x);
            List<Segment> segments =
                    List.of(new Segment(cache, 0, position, 0, rows - 2), new Segment(cache, 0, 0, rows - 2, 2));
            bench.backend().rope(q, headWidth, rope, segments);
            bench.backend().rope(q, headWidth, rope, segments);
            return bench.rows(q);
        });
    }
}

package dev.cortado.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What caches hold after storing, discarding, saving and restoring. */
interface CacheContract extends UnderTest {
    int HEAD = 32;
    int TOKENS = 9;

    private static KvShape shape(KvShape.Type type) {
        return new KvShape(new int[] {2 * HEAD, HEAD}, new int[] {HEAD, 0}, new int[] {0, 0}, type);
    }

    @ParameterizedTest
    @EnumSource
    default void a_cache_holds_the_rounded_rows(KvShape.Type type) {
        assertAgreement("stored " + type, rounding(type), bench -> contents(filled(bench, type, TOKENS), TOKENS));
    }

    /** One row alone among the batch's, at an odd place. */
    @ParameterizedTest
    @EnumSource
    default void storing_one_token_leaves_its_neighbours(KvShape.Type type) {
        float[][] k = Samples.gaussian(new Random(61), 3, 2 * HEAD);
        float[][] v = Samples.gaussian(new Random(62), 3, HEAD);
        assertAgreement("one of " + type, rounding(type), bench -> {
            KvCache cache = filled(bench, type, TOKENS);
            bench.backend().store(bench.input(k), bench.input(v), List.of(new Segment(cache, 1, 3, 2, 1)), 0);
            return contents(cache, TOKENS);
        });
    }

    @ParameterizedTest
    @EnumSource
    default void discarding_moves_tokens_down_and_turns_keys_back(KvShape.Type type) {
        float[] frequencies = new float[8];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(10000, -i / 8.0);
        }
        for (Rope.Style style : Rope.Style.values()) {
            Rope rope = new Rope(style, 4, frequencies, 1.3f);
            for (int[] range : new int[][] {{0, 1}, {2, 3}, {1, 6}, {6, 3}, {3, 0}}) {
                int kept = TOKENS - range[1];
                String what = "%s: %d from %d, %s".formatted(type, range[1], range[0], style);
                // both round after the rotation, and may round a tie apart
                Tolerance tolerance = Tolerance.relative(type == KvShape.Type.Q8_0 ? 1.5 / 127 : 1e-3, 3);
                assertAgreement(what, tolerance, bench -> {
                    KvCache cache = filled(bench, type, TOKENS);
                    @Nullable Rope[] ropes = {rope, null};
                    bench.backend().discard(cache, range[0], range[1], TOKENS, ropes, new int[] {HEAD, HEAD});
                    return contents(cache, kept);
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    default void what_one_backend_saved_another_restores(KvShape.Type type) {
        for (Backend[] pair :
                new Backend[][] {{backend(), reference()}, {reference(), backend()}, {backend(), backend()}}) {
            try (Workbench from = new Workbench(pair[0], false);
                    Workbench to = new Workbench(pair[1], false)) {
                KvCache source = filled(from, type, TOKENS);
                KvCache target = filled(to, type, 3);
                for (int layer = 0; layer < 2; layer++) {
                    MemorySegment saved = Arena.ofAuto().allocate(source.shape().bytes(layer, 4));
                    MemorySegment again = Arena.ofAuto().allocate(source.shape().bytes(layer, 4));
                    source.save(layer, 2, 4, saved);
                    target.restore(layer, 5, 4, saved);
                    target.save(layer, 5, 4, again);
                    assertThat(floats(again, type))
                            .as("%s, layer %d, %s to %s", type, layer, pair[0].name(), pair[1].name())
                            .isEqualTo(floats(saved, type));
                }
            }
        }
    }

    @Test
    default void recurrent_state_begins_as_zeros_and_is_saved_restored_and_reset() {
        KvShape shape = new KvShape(new int[] {0}, new int[] {0}, new int[] {7}, KvShape.Type.F16);
        float[] state = Samples.gaussian(new Random(63), 7);
        try (Workbench bench = new Workbench(backend(), false)) {
            KvCache cache = bench.cache(shape, 3);
            assertThat(state(cache)).containsOnly(0);
            cache.restore(0, 0, 0, little(state));
            assertThat(state(cache)).containsExactly(state);
            cache.resetState();
            assertThat(state(cache)).containsOnly(0);
        }
    }

    @Test
    default void a_cache_tells_its_size() {
        try (Workbench bench = new Workbench(backend(), false)) {
            KvShape shape = shape(KvShape.Type.F16);
            KvCache cache = bench.cache(shape, 100);
            assertThat(cache.capacity()).isEqualTo(100);
            assertThat(cache.shape()).isEqualTo(shape);
            assertThat(cache.bytes()).isGreaterThanOrEqualTo(shape.bytes(0, 100) + shape.bytes(1, 100));
        }
    }

    private static KvCache filled(Workbench bench, KvShape.Type type, int tokens) {
        Random random = new Random(60);
        KvCache cache = bench.cache(shape(type), TOKENS + 3);
        List<Segment> segments = List.of(new Segment(cache, 0, 0, 0, tokens));
        bench.backend()
                .store(
                        bench.input(Samples.gaussian(random, tokens, 2 * HEAD)),
                        bench.input(Samples.gaussian(random, tokens, HEAD)),
                        segments,
                        0);
        bench.backend().store(bench.input(Samples.gaussian(random, tokens, HEAD)), null, segments, 1);
        return cache;
    }

    /** Per layer the floats of the first tokens, as they are saved. */
    private static float[][] contents(KvCache cache, int tokens) {
        float[][] layers = new float[2][];
        for (int layer = 0; layer < 2; layer++) {
            MemorySegment saved = Arena.ofAuto().allocate(cache.shape().bytes(layer, tokens));
            cache.save(layer, 0, tokens, saved);
            layers[layer] = floats(saved, cache.shape().type());
        }
        return layers;
    }

    private static float[] floats(MemorySegment bytes, KvShape.Type type) {
        ValueLayout.OfShort half = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        ValueLayout.OfFloat single = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[(int) (bytes.byteSize() / type.bytes(32) * 32)];
        for (int i = 0; i < floats.length; i++) {
            long block = i / 32 * 34L;
            floats[i] = switch (type) {
                case F32 -> bytes.get(single, 4L * i);
                case F16 -> Float.float16ToFloat(bytes.get(half, 2L * i));
                case Q8_0 -> {
                    float scale = Float.float16ToFloat(bytes.get(half, block));
                    yield scale * bytes.get(ValueLayout.JAVA_BYTE, block + 2 + i % 32);
                }
            };
        }
        return floats;
    }

    private static float[] state(KvCache cache) {
        float[] state = new float[cache.shape().stateSizes()[0]];
        Arrays.fill(state, Float.NaN);
        MemorySegment bytes = little(state);
        cache.save(0, 0, 0, bytes);
        MemorySegment.copy(
                bytes, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, state, 0, state.length);
        return state;
    }

    private static MemorySegment little(float[] values) {
        MemorySegment bytes = Arena.ofAuto().allocate(4L * values.length);
        MemorySegment.copy(
                values,
                0,
                bytes,
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                0,
                values.length);
        return bytes;
    }

    /** F16 and F32 are exact; a Q8_0 quotient that falls between two integers may go either way. */
    private static Tolerance rounding(KvShape.Type type) {
        return type == KvShape.Type.Q8_0 ? Tolerance.relative(1.01 / 127, 4) : Tolerance.relative(0, 0);
    }
}

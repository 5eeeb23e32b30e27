package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.cache;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Rope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a cache keeps, seen through {@link KvCache#save}. */
class KvCacheTest {
    private final Backend backend = new ReferenceBackend();

    private static MemorySegment saved(KvCache cache, int from, int tokens) {
        MemorySegment bytes = Arena.ofAuto().allocate(cache.shape().bytes(0, tokens));
        cache.save(0, from, tokens, bytes);
        return bytes;
    }

    private static float half(MemorySegment bytes, int index) {
        return Float.float16ToFloat(bytes.get(ValueLayout.JAVA_SHORT, 2L * index));
    }

    private static float[] floats(MemorySegment bytes) {
        return bytes.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static float[] random(int count) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void f16_rounds_to_eleven_bits() {
        KvCache cache = cache(backend, 2, 1, KvShape.Type.F16, 4);
        backend.store(activations(backend, row(1 / 3f, 65504)), activations(backend, row(-2)), segment(cache, 1, 1), 0);
        MemorySegment bytes = saved(cache, 1, 1);
        assertThat(half(bytes, 0)).isEqualTo(0.333251953125f);
        assertThat(half(bytes, 1)).isEqualTo(65504);
        assertThat(half(bytes, 2)).isEqualTo(-2);
    }

    @Test
    void q8_0_keeps_a_half_float_scale_and_32_bytes() {
        KvCache cache = cache(backend, 32, 32, KvShape.Type.Q8_0, 4);
        float[] ramp = new float[32];
        for (int i = 0; i < 32; i++) {
            ramp[i] = 8 * (i - 16); // -128 to 120: scale 128/127
        }
        backend.store(activations(backend, ramp), activations(backend, new float[32]), segment(cache, 0, 1), 0);
        MemorySegment bytes = saved(cache, 0, 1);
        assertThat(bytes.byteSize()).isEqualTo(68);
        assertThat(half(bytes, 0)).isEqualTo(1.0078125f);
        assertThat(bytes.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) -127);
        assertThat(bytes.get(ValueLayout.JAVA_BYTE, 2 + 31)).isEqualTo((byte) 119); // 120 * 127 / 128 = 119.06
        assertThat(bytes.asSlice(34).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource
    void what_was_saved_can_be_restored_elsewhere(KvShape.Type type) {
        KvCache one = cache(backend, 64, 32, type, 4);
        backend.store(activations(backend, random(64)), activations(backend, random(32)), segment(one, 3, 1), 0);
        MemorySegment bytes = saved(one, 3, 1);
        KvCache other = cache(backend, 64, 32, type, 9);
        other.restore(0, 7, 1, bytes);
        assertThat(saved(other, 7, 1).mismatch(bytes)).isEqualTo(-1);
        assertThat(saved(other, 6, 1).mismatch(bytes)).isNotEqualTo(-1);
    }

    @Test
    void the_recurrent_state_is_saved_with_the_tokens() {
        KvShape shape = new KvShape(new int[] {0}, new int[] {0}, new int[] {2}, KvShape.Type.F16);
        KvCache cache = backend.kvCache(shape, 4);
        cache.restore(0, 0, 0, MemorySegment.ofArray(row(3, 4)));
        assertThat(floats(saved(cache, 0, 3))).containsExactly(3, 4);
        cache.resetState();
        assertThat(floats(saved(cache, 0, 3))).containsExactly(0, 0);
    }

    @Test
    void discarding_moves_later_tokens_down_and_turns_their_keys_back() {
        KvCache cache = cache(backend, 2, 1, KvShape.Type.F32, 8);
        float quarter = (float) (Math.PI / 2);
        Rope rope = new Rope(Rope.Style.HALVES, 0, row(quarter), 3);
        backend.store(
                activations(backend, row(1, 0), row(1, 0), row(1, 0), row(5, 7)),
                activations(backend, row(10), row(11), row(12), row(13)),
                segment(cache, 0, 4),
                0);
        backend.discard(cache, 1, 1, 4, new Rope[] {rope}, new int[] {2});
        // a stored key holds its magnitude already: turning back must not apply it again
        assertThat(floats(saved(cache, 0, 3))).containsExactly(row(1, 0, 0, -1, 7, -5, 10, 12, 13), within(1e-6f));
    }

    @Test
    void discarding_without_rope_only_moves() {
        KvCache cache = cache(backend, 1, 1, KvShape.Type.F16, 4);
        backend.store(
                activations(backend, row(1), row(2), row(3)),
                activations(backend, row(4), row(5), row(6)),
                segment(cache, 0, 3),
                0);
        backend.discard(cache, 0, 2, 3, new Rope[] {null}, new int[] {1});
        assertThat(half(saved(cache, 0, 1), 0)).isEqualTo(3);
        assertThat(half(saved(cache, 0, 1), 1)).isEqualTo(6);
    }

    @Test
    void impossible_ranges_and_shapes_are_refused() {
        KvCache cache = cache(backend, 1, 1, KvShape.Type.F16, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> saved(cache, 3, 2))
                .withMessage("cache indices 3 to 5, expected some of 0 to 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cache.save(0, 0, 1, MemorySegment.ofArray(new byte[5])))
                .withMessage("5 bytes for 1 tokens of layer 0, expected 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.discard(cache, 2, 3, 4, new Rope[] {null}, new int[] {1}))
                .withMessage("positions 2 to 5 of 4 in a cache of 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cache(backend, 33, 32, KvShape.Type.Q8_0, 1))
                .withMessage("layer 0: key width 33, type Q8_0 expects a multiple of 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.store(activations(backend, row(1)), null, segment(cache, 0, 1), 0))
                .withMessage("no v, layer 0 of the cache expects 1 floats");
    }

    @Test
    void a_closed_cache_is_refused() {
        KvCache cache = cache(backend, 1, 0, KvShape.Type.F16, 4);
        cache.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> backend.store(activations(backend, row(1)), null, segment(cache, 0, 1), 0));
    }
}

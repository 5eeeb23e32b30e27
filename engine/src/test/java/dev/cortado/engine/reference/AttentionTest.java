package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.cache;
import static dev.cortado.engine.reference.Fixture.output;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.rows;
import static dev.cortado.engine.reference.Fixture.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Attention.Mask;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.engine.backend.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Attention worked out by hand. Most examples use queries of zero, so that all visible keys weigh the same, and values
 * 1, 10, 100, ..., so that the output shows which were seen.
 */
class AttentionTest {
    private final Backend backend = new ReferenceBackend();

    private static Attention plain(Mask mask, int window) {
        return new Attention(1, 1, 1, 1, 1, 0, mask, window, 0, null);
    }

    /** A cache of one head of one column, with these keys and values at its first positions. */
    private KvCache filled(float[] keys, float[] values) {
        KvCache cache = cache(backend, 1, 1, KvShape.Type.F32, 8);
        Activations k = backend.activations(keys.length, 1);
        Activations v = backend.activations(keys.length, 1);
        k.rows(keys.length);
        v.rows(keys.length);
        for (int j = 0; j < keys.length; j++) {
            k.write(j, keys, j);
            v.write(j, values, j);
        }
        backend.store(k, v, segment(cache, 0, keys.length), 0);
        return cache;
    }

    /** The output of each of the queries (one head of one column) of the last rows of the cache's sequence. */
    private float[] attend(Attention attention, KvCache cache, int position, float... queries) {
        Activations q = backend.activations(queries.length, 1);
        q.rows(queries.length);
        for (int i = 0; i < queries.length; i++) {
            q.write(i, queries, i);
        }
        Activations out = output(backend, 1);
        backend.attend(q, out, segment(cache, position, queries.length), 0, attention);
        float[] result = new float[queries.length];
        for (int i = 0; i < queries.length; i++) {
            out.read(i, result, i);
        }
        return result;
    }

    @Test
    void weights_are_the_softmax_of_the_scores() {
        KvCache cache = filled(row(0, (float) Math.log(3)), row(1, 5)); // weights 1/4 and 3/4
        assertThat(attend(plain(Mask.CAUSAL, 0), cache, 1, 1)).containsExactly(row(4), within(1e-6f));
    }

    @Test
    void huge_scores_do_not_overflow() {
        KvCache cache = filled(row(1e30f, -1e30f), row(1, 5));
        assertThat(attend(plain(Mask.CAUSAL, 0), cache, 1, 1)).containsExactly(1);
    }

    @Test
    void causal_queries_see_earlier_keys_and_themselves() {
        KvCache cache = filled(row(0, 0, 0), row(1, 10, 100));
        assertThat(attend(plain(Mask.CAUSAL, 0), cache, 0, 0, 0, 0)).containsExactly(row(1, 5.5f, 37), within(1e-5f));
    }

    @Test
    void a_causal_window_of_two_sees_the_key_before_and_itself() {
        KvCache cache = filled(row(0, 0, 0), row(1, 10, 100));
        assertThat(attend(plain(Mask.CAUSAL, 2), cache, 0, 0, 0, 0)).containsExactly(row(1, 5.5f, 55), within(1e-5f));
    }

    @Test
    void symmetric_queries_see_all_of_their_sequence() {
        KvCache cache = filled(row(0, 0, 0), row(1, 10, 100));
        assertThat(attend(plain(Mask.SYMMETRIC, 0), cache, 0, 0, 0, 0)).containsExactly(row(37, 37, 37), within(1e-5f));
    }

    @Test
    void a_symmetric_window_of_three_sees_one_key_on_each_side() {
        KvCache cache = filled(row(0, 0, 0, 0), row(1, 10, 100, 1000));
        assertThat(attend(plain(Mask.SYMMETRIC, 3), cache, 0, 0, 0, 0, 0))
                .containsExactly(row(5.5f, 37, 370, 550), within(1e-4f));
    }

    @Test
    void decoding_attends_to_what_earlier_batches_stored() {
        KvCache cache = filled(row(0, 0, 0), row(1, 10, 100));
        assertThat(attend(plain(Mask.CAUSAL, 0), cache, 2, 0)).containsExactly(row(37), within(1e-5f));
    }

    @Test
    void scores_are_scaled_then_capped() {
        KvCache cache = filled(row(0, 10), row(0, 1));
        Attention scaled = new Attention(1, 1, 1, 1, 0.1f, 0, Mask.CAUSAL, 0, 0, null);
        assertThat(attend(scaled, cache, 1, 1)).containsExactly(row((float) (1 / (1 + Math.exp(-1)))), within(1e-6f));
        Attention capped = new Attention(1, 1, 1, 1, 0.1f, 0.5f, Mask.CAUSAL, 0, 0, null);
        double score = 0.5 * Math.tanh(2);
        assertThat(attend(capped, cache, 1, 1))
                .containsExactly(row((float) (1 / (1 + Math.exp(-score)))), within(1e-6f));
    }

    @Test
    void alibi_lowers_scores_by_the_distance() {
        KvCache cache = filled(row(0, 0), row(0, 1));
        Attention alibi = new Attention(1, 1, 1, 1, 1, 0, Mask.CAUSAL, 0, 8, null); // slope of the only head: 2^-8
        assertThat(attend(alibi, cache, 1, 0))
                .containsExactly(row((float) (1 / (1 + Math.exp(-1 / 256.0)))), within(1e-6f));
    }

    @Test
    void alibi_slopes_of_three_heads_take_the_odd_powers_between_for_the_third() {
        Attention alibi = new Attention(3, 3, 1, 1, 1, 0, Mask.CAUSAL, 0, 8, null);
        assertThat(row(alibi.alibiSlope(0), alibi.alibiSlope(1), alibi.alibiSlope(2)))
                .containsExactly(0x1p-4f, 0x1p-8f, 0x1p-2f);
    }

    @Test
    void a_sink_takes_its_share_and_gives_nothing() {
        KvCache cache = filled(row(0), row(8));
        Parameter sinks = backend.parameter(row((float) Math.log(3)));
        Attention attention = new Attention(1, 1, 1, 1, 1, 0, Mask.CAUSAL, 0, 0, sinks);
        assertThat(attend(attention, cache, 0, 1)).containsExactly(row(2), within(1e-6f));
    }

    @Test
    void neighbouring_query_heads_share_a_key_head() {
        KvCache cache = cache(backend, 2, 4, KvShape.Type.F32, 1);
        backend.store(activations(backend, row(0, 0)), activations(backend, row(1, 2, 3, 4)), segment(cache, 0, 1), 0);
        Attention attention = new Attention(4, 2, 1, 2, 1, 0, Mask.CAUSAL, 0, 0, null);
        Activations out = output(backend, 8);
        backend.attend(activations(backend, row(0, 0, 0, 0)), out, segment(cache, 0, 1), 0, attention);
        assertThat(rows(out)).isEqualTo(new float[][] {{1, 2, 1, 2, 3, 4, 3, 4}});
    }

    @Test
    void without_values_the_head_of_the_key_is_the_value() {
        KvCache cache = cache(backend, 3, 0, KvShape.Type.F32, 2);
        backend.store(activations(backend, row(1, 2, 9), row(3, 4, 9)), null, segment(cache, 0, 2), 0);
        Attention attention = new Attention(1, 1, 3, 2, 1, 0, Mask.CAUSAL, 0, 0, null);
        Activations out = output(backend, 2);
        backend.attend(activations(backend, row(0, 0, 0)), out, List.of(new Segment(cache, 0, 1, 0, 1)), 0, attention);
        assertThat(rows(out)[0]).containsExactly(row(2, 3), within(1e-6f));
    }

    @Test
    void sequences_of_a_packed_batch_do_not_see_each_other() {
        KvCache cache = cache(backend, 1, 1, KvShape.Type.F32, 4);
        List<Segment> packed = List.of(new Segment(cache, 0, 0, 0, 1), new Segment(cache, 1, 0, 1, 2));
        Activations zeros = activations(backend, row(0), row(0), row(0));
        backend.store(zeros, activations(backend, row(1), row(10), row(100)), packed, 0);
        Activations out = output(backend, 1);
        backend.attend(zeros, out, packed, 0, plain(Mask.SYMMETRIC, 0));
        assertThat(rows(out)).isEqualTo(new float[][] {{1}, {55}, {55}});
    }

    @Test
    void shapes_that_do_not_fit_are_named() {
        KvCache cache = filled(row(0), row(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attend(plain(Mask.CAUSAL, 0), cache, 8, 0))
                .withMessage("cache indices 8 to 9, expected some of 0 to 8");
        assertRefused(cache, new Attention(3, 2, 1, 1, 1, 0, Mask.CAUSAL, 0, 0, null), "3 query heads on 2 key heads");
        assertRefused(cache, new Attention(2, 2, 1, 1, 1, 0, Mask.CAUSAL, 0, 0, null), "q has 1 columns, expected 2");
        assertRefused(
                cache,
                new Attention(1, 1, 1, 1, 1, 0, Mask.CAUSAL, 0, 0, backend.parameter(row(1, 2))),
                "sinks has 2 floats, expected 1");
    }

    private void assertRefused(KvCache cache, Attention attention, @Nullable String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attend(attention, cache, 0, 0))
                .withMessageContaining(message);
    }
}

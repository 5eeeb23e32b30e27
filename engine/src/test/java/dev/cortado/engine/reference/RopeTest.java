package dev.cortado.engine.reference;

import static dev.cortado.engine.reference.Fixture.activations;
import static dev.cortado.engine.reference.Fixture.cache;
import static dev.cortado.engine.reference.Fixture.row;
import static dev.cortado.engine.reference.Fixture.rows;
import static dev.cortado.engine.reference.Fixture.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rotations by quarter turns, which swap a pair's columns and flip one sign. */
class RopeTest {
    private static final float QUARTER = (float) (Math.PI / 2);

    private final Backend backend = new ReferenceBackend();
    private final KvCache cache = cache(backend, 4, 0, KvShape.Type.F32, 8);

    @Test
    void interleaved_pairs_are_neighbours() {
        Activations x = activations(backend, row(1, 2, 3, 4));
        Rope rope = new Rope(Rope.Style.INTERLEAVED, 0, row(QUARTER, 0), 1);
        backend.rope(x, 4, rope, List.of(new Segment(cache, 0, 1, 0, 1)));
        assertThat(rows(x)[0]).containsExactly(row(-2, 1, 3, 4), within(1e-6f));
    }

    @Test
    void halves_pair_a_column_with_that_half_a_head_later() {
        Activations x = activations(backend, row(1, 2, 3, 4));
        Rope rope = new Rope(Rope.Style.HALVES, 0, row(QUARTER, 0), 1);
        backend.rope(x, 4, rope, List.of(new Segment(cache, 0, 1, 0, 1)));
        assertThat(rows(x)[0]).containsExactly(row(-3, 2, 1, 4), within(1e-6f));
    }

    @Test
    void the_angle_grows_with_the_position_and_segments_have_positions_of_their_own() {
        Activations x = activations(backend, row(1, 0), row(1, 0), row(1, 0), row(1, 0));
        Rope rope = new Rope(Rope.Style.HALVES, 0, row(QUARTER), 1);
        backend.rope(x, 2, rope, List.of(new Segment(cache, 0, 0, 0, 2), new Segment(cache, 0, 2, 2, 2)));
        assertThat(rows(x)[0]).containsExactly(row(1, 0), within(1e-6f));
        assertThat(rows(x)[1]).containsExactly(row(0, 1), within(1e-6f));
        assertThat(rows(x)[2]).containsExactly(row(-1, 0), within(1e-6f));
        assertThat(rows(x)[3]).containsExactly(row(0, -1), within(1e-6f));
    }

    @Test
    void columns_before_the_offset_and_after_the_pairs_stay_and_magnitude_stretches_the_rest() {
        Activations x = activations(backend, row(9, 1, 2, 9, 9, 3, 4, 9)); // two heads
        Rope rope = new Rope(Rope.Style.HALVES, 1, row(QUARTER), 10);
        backend.rope(x, 4, rope, List.of(new Segment(cache, 0, 1, 0, 1)));
        assertThat(rows(x)[0]).containsExactly(row(9, -20, 10, 9, 9, -40, 30, 9), within(1e-5f));
    }

    @Test
    void more_columns_than_a_head_has_are_refused() {
        Activations x = activations(backend, row(1, 2));
        Rope rope = new Rope(Rope.Style.HALVES, 1, row(QUARTER), 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend.rope(x, 2, rope, segment(cache, 0, 1)))
                .withMessage("rope of columns 1 to 3, expected some of a head's 2");
    }
}

package dev.cortado.engine.model;

import dev.cortado.engine.backend.Rope;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What tells a model where a token stands.
 *
 * @param rope which columns rotate (RoPE), or null
 * @param rotated layers that rotate
 * @param localBase base frequency of the layers with a sliding window, whose rotation is then not scaled; 0 where they
 *     rotate like all others
 * @param maxAlibiBias largest bias of ALiBi, 0 for none
 * @param learned whether a learned vector for each position is added to the embedding
 */
record Positions(Rope.@Nullable Style rope, IntPredicate rotated, float localBase, float maxAlibiBias, boolean learned) {
    static final Positions NONE = new Positions(null, layer -> false, 0, 0, false);
    static final Positions INTERLEAVED = new Positions(Rope.Style.INTERLEAVED, layer -> true, 0, 0, false);
    static final Positions HALVES = new Positions(Rope.Style.HALVES, layer -> true, 0, 0, false);
    static final Positions LEARNED = new Positions(null, layer -> false, 0, 0, true);

    static Positions alibi(float maxBias) {
        return new Positions(null, layer -> false, 0, maxBias, false);
    }

    Positions only(IntPredicate layers) {
        return new Positions(rope, layers, localBase, maxAlibiBias, learned);
    }

    Positions localBase(float base) {
        return new Positions(rope, rotated, base, maxAlibiBias, learned);
    }
}

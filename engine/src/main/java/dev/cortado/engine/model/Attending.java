package dev.cortado.engine.model;

import java.util.function.IntPredicate;

/**
 * How a family's attention differs from the plain one.
 *
 * @param scale factor of q k^T, 0 for 1 / sqrt(columns of a key head)
 * @param softCap cap of scores, 0 for none
 * @param clamp limit of queries, keys and values, 0 for none
 * @param norm norms of queries and keys
 * @param window sliding window in tokens, 0 for none
 * @param local the layers with that window
 * @param sinks whether each head has a sink logit
 */
record Attending(
        float scale, float softCap, float clamp, QueryKeyNorm norm, int window, IntPredicate local, boolean sinks) {
    /** Whether queries and keys are normalised; over each head or over all heads, as the weights' shape says. */
    enum QueryKeyNorm {
        NONE,
        /** Where the file has such norms. */
        OPTIONAL,
        REQUIRED,
        /** After the rotation (Hunyuan). */
        REQUIRED_AFTER_ROPE
    }

    static final Attending PLAIN = new Attending(0, 0, 0, QueryKeyNorm.NONE, 0, layer -> false, false);

    Attending scale(float factor) {
        return new Attending(factor, softCap, clamp, norm, window, local, sinks);
    }

    Attending softCap(float cap) {
        return new Attending(scale, cap, clamp, norm, window, local, sinks);
    }

    Attending clamp(float limit) {
        return new Attending(scale, softCap, limit, norm, window, local, sinks);
    }

    Attending norm(QueryKeyNorm which) {
        return new Attending(scale, softCap, clamp, which, window, local, sinks);
    }

    Attending window(int tokens, IntPredicate layers) {
        return new Attending(scale, softCap, clamp, norm, tokens, layers, sinks);
    }

    Attending withSinks() {
        return new Attending(scale, softCap, clamp, norm, window, local, true);
    }

    /** The window of a layer, 0 for none. */
    int window(int layer) {
        return window > 0 && local.test(layer) ? window : 0;
    }
}

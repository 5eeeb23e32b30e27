package dev.cortado.engine.backend;

import org.jspecify.annotations.Nullable;

/**
 * One layer's scaled dot-product attention: softmax(mask(cap(scale * q k^T) + bias)) v. Query head h reads
 * key/value head h / (heads / kvHeads) (GQA, Ainslie et al. 2023).
 *
 * @param heads query heads
 * @param kvHeads key/value heads, a divisor of heads
 * @param keyWidth columns of a query or key head
 * @param valueWidth columns of a value head; where the cache's value width is 0 the value is the key's first columns (MLA)
 * @param scale factor of q k^T
 * @param softCap c of c * tanh(s / c) on the scaled scores, or 0 for none (Gemma 2)
 * @param mask which keys a query sees
 * @param window sliding window W: CAUSAL sees p - j < W, SYMMETRIC sees |p - j| <= W / 2; 0 = no window
 * @param maxAlibiBias ALiBi's largest bias (usually 8), 0 for none (Press et al. 2021); slopes by head count, also when
 *     that is no power of two; the bias is -slope * |p - j|
 * @param sinks per head a logit that takes part in the softmax's denominator only (gpt-oss), or null
 */
public record Attention(
        int heads,
        int kvHeads,
        int keyWidth,
        int valueWidth,
        float scale,
        float softCap,
        Mask mask,
        int window,
        float maxAlibiBias,
        @Nullable Parameter sinks) {
    /** Which keys a query at position p sees. */
    public enum Mask {
        /** Keys at j <= p. */
        CAUSAL,
        /** All keys of its sequence, also later ones (encoders). */
        SYMMETRIC
    }

    /** ALiBi slope of a head; heads beyond the largest power of two take the odd powers between (Press et al. 2021). */
    public float alibiSlope(int head) {
        if (maxAlibiBias == 0) {
            return 0;
        }
        int power = Integer.highestOneBit(heads);
        return head < power
                ? (float) Math.pow(2, -maxAlibiBias * (head + 1) / power)
                : (float) Math.pow(2, -maxAlibiBias / 2 * (2 * (head - power) + 1) / power);
    }
}

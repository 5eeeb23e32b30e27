package dev.cortado.engine.backend;

/**
 * Rotary position embedding (Su et al. 2021) with every scaling already folded into frequencies and magnitude, so a
 * backend only rotates: pair i of a head at position p turns by {@code p * frequencies[i]}, and cos and sin are
 * multiplied by {@code magnitude}. Instances are compared by identity, so tables may be kept per instance.
 *
 * @param style which two columns make a pair
 * @param offset first rotated column within a head
 * @param frequencies radians per position, one per pair: 2 x length columns are rotated, the rest stays
 * @param magnitude factor of cos and sin (YaRN, LongRoPE), else 1
 */
public record Rope(Style style, int offset, float[] frequencies, float magnitude) {
    /** Which columns make pair i of n. */
    public enum Style {
        /** Columns 2i and 2i + 1 (llama). */
        INTERLEAVED,
        /** Columns i and i + n (GPT-NeoX, qwen, gemma). */
        HALVES
    }

    /** Columns that are rotated. */
    public int width() {
        return 2 * frequencies.length;
    }
}

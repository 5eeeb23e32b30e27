package dev.cortado.engine.backend;

import org.jspecify.annotations.Nullable;

/**
 * A normalisation: x is scaled (and, for LAYER, centred) within groups of {@code group} columns, then multiplied by
 * the weight and increased by the bias. RMS: Zhang and Sennrich 2019; LAYER: Ba et al. 2016.
 *
 * @param kind the statistic
 * @param weight per column (length = columns), per column of the group (length = group), or none
 * @param bias like weight
 * @param epsilon added to the mean square or variance
 * @param group columns that are normalised together: a head's width, or all columns when 0
 */
public record Norm(
        Kind kind, @Nullable Parameter weight, @Nullable Parameter bias, float epsilon, int group) {
    /** The statistic. */
    public enum Kind {
        /** x / sqrt(mean(x^2) + epsilon). */
        RMS,
        /** (x - mean(x)) / sqrt(var(x) + epsilon). */
        LAYER
    }
}

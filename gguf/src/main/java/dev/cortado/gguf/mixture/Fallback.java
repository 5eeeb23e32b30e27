package dev.cortado.gguf.mixture;

import dev.cortado.gguf.TensorType;

/**
 * What takes the place of a type whose blocks do not fit into a row: one with smaller blocks and about as many bits.
 */
final class Fallback {
    private Fallback() {}

    /** {@code type}, or what it is replaced by for rows of {@code columns} weights; F16 where nothing else fits. */
    static TensorType of(TensorType type, int columns) {
        if (columns % type.blockSize() == 0) {
            return type;
        }
        TensorType smaller = smaller(type);
        return columns % smaller.blockSize() == 0 ? smaller : TensorType.F16;
    }

    private static TensorType smaller(TensorType type) {
        return switch (type) {
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_XS -> TensorType.IQ4_NL;
            case Q1_0, Q2_0, Q2_K, Q3_K, TQ1_0, TQ2_0, NVFP4 -> TensorType.Q4_0;
            case Q4_K -> TensorType.Q5_0;
            case Q5_K -> TensorType.Q5_1;
            case Q6_K -> TensorType.Q8_0;
            default -> type;
        };
    }
}

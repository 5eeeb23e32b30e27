package dev.cortado.convert;

/** How matrices are stored; vectors, norms, position and token-type embeddings are F32 in any case. */
public enum OutputType {
    /** BF16 where the checkpoint is BF16, F16 otherwise. */
    AUTO,
    F32,
    F16,
    BF16
}

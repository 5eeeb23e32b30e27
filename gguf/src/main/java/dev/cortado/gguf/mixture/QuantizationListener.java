package dev.cortado.gguf.mixture;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;

/** Hears how the quantisation of a file gets on, on the thread that writes it. */
public interface QuantizationListener {
    /** Hears nothing. */
    QuantizationListener NONE = new QuantizationListener() {};

    /** {@code tensor} begins; it becomes {@code target}, which may be the type it has. */
    default void tensor(Tensor tensor, TensorType target) {}

    /** {@code done} of {@code total} weights are written. */
    default void progress(long done, long total) {}

    /** Something that makes the result worse than it need be. */
    default void warning(String message) {}
}

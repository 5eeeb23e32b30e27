package dev.cortado.gguf;

import java.io.IOException;

/** Gives a tensor's bytes when the writer comes to it, so that a file bigger than memory can be written. */
@FunctionalInterface
public interface TensorSource {
    /** Writes all of the tensor's bytes, little-endian, in as many pieces as it likes. May be called again for another file. */
    void writeTo(TensorSink sink) throws IOException;
}

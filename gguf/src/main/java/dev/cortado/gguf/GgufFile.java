package dev.cortado.gguf;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An open GGUF file (version 2 or 3, little or big endian, also split into parts): metadata and tensor directory are
 * checked against the file's size when it is opened, tensor bytes are memory-mapped and read on use. Thread-safe.
 * Closing unmaps; using a tensor's bytes afterwards throws {@link IllegalStateException}.
 */
public interface GgufFile extends AutoCloseable {
    /** The file, or the first part. */
    Path path();

    int version();

    ByteOrder byteOrder();

    long alignment();

    Metadata metadata();

    /** All tensors of all parts in file order. */
    List<Tensor> tensors();

    Optional<Tensor> tensor(String name);

    /** Bytes of all parts. */
    long size();

    @Override
    void close();
}

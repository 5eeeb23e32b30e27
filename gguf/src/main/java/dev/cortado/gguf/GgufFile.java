package dev.cortado.gguf;

import java.io.IOException;
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
    /**
     * Opens a file, or all parts of a split one (any part {@code …-00002-of-00005.gguf} names them all).
     *
     * @throws GgufFormatException if it is no GGUF file, or a damaged one; names file, key or tensor, found and expected
     * @throws IOException if it cannot be read, e.g. {@link java.nio.file.NoSuchFileException}
     */
    static GgufFile open(Path path) throws IOException {
        return MappedGgufFile.open(path);
    }

    /** The file, or the first part. */
    Path path();

    int version();

    ByteOrder byteOrder();

    long alignment();

    /** Of the first part, where there are several. */
    Metadata metadata();

    /** All tensors of all parts in file order. */
    List<Tensor> tensors();

    Optional<Tensor> tensor(String name);

    /** Bytes of all parts. */
    long size();

    @Override
    void close();
}

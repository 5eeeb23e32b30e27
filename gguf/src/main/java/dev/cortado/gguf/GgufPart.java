package dev.cortado.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One file, read and checked: header, metadata, tensors. A model that is not split is one part. */
record GgufPart(
        Path path, long size, int version, ByteOrder order, long alignment, Metadata metadata, List<Tensor> tensors) {
    static final int MAGIC = 0x46554747; // "GGUF", whatever the byte order
    static final String ALIGNMENT = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;

    /** @param arena owns the mapping */
    static GgufPart open(Path path, Arena arena) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new GgufFormatException(path + ": not a regular file, a GGUF file expected");
        }
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        return read(path, bytes, arena);
    }

    /** @param bytes the whole file */
    static GgufPart read(Path path, MemorySegment bytes, Arena arena) {
        ByteOrder order = byteOrder(path, bytes);
        Cursor in = new Cursor(path, bytes, order, 4, "header");
        int version = in.int32();
        if (version != 2 && version != 3) {
            throw in.fault("GGUF version %s found, 2 or 3 expected".formatted(Integer.toUnsignedString(version)));
        }
        int tensors = TensorDirectory.count(in);
        int pairs = MappedMetadata.count(in);
        Metadata metadata = MappedMetadata.read(path, bytes, order, in, pairs);
        int alignment = metadata.integer(ALIGNMENT, DEFAULT_ALIGNMENT);
        if (alignment <= 0 || Integer.bitCount(alignment) != 1) {
            in.subject("key " + Quoted.of(ALIGNMENT));
            throw in.fault("%d found, a power of two expected".formatted(alignment));
        }
        List<TensorDirectory.Entry> entries = TensorDirectory.read(in, tensors, alignment);
        MemorySegment data = bytes.asSlice(in.position());
        return new GgufPart(
                path, bytes.byteSize(), version, order, alignment, metadata, tensors(entries, data, order, arena));
    }

    /** The version is a small number: read in the wrong order, its low half is zero. */
    private static ByteOrder byteOrder(Path path, MemorySegment bytes) {
        Cursor in = new Cursor(path, bytes, ByteOrder.LITTLE_ENDIAN, 0, "header");
        int magic = in.int32();
        if (magic != MAGIC) {
            throw in.fault("starts with 0x%08x, the letters GGUF (0x%08x) expected"
                    .formatted(Integer.reverseBytes(magic), Integer.reverseBytes(MAGIC)));
        }
        int version = in.int32();
        return version != 0 && (version & 0xFFFF) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private static List<Tensor> tensors(
            List<TensorDirectory.Entry> entries, MemorySegment data, ByteOrder order, Arena arena) {
        List<Tensor> tensors = new ArrayList<>(entries.size());
        for (TensorDirectory.Entry entry : entries) {
            tensors.add(tensor(entry, data, order, arena));
        }
        return Collections.unmodifiableList(tensors);
    }

    private static Tensor tensor(TensorDirectory.Entry entry, MemorySegment data, ByteOrder order, Arena arena) {
        MemorySegment bytes = data.asSlice(entry.offset(), entry.bytes());
        return order == ByteOrder.LITTLE_ENDIAN
                ? new Tensor(entry.name(), entry.type(), entry.shape(), bytes)
                : new Tensor(entry.name(), entry.type(), entry.shape(), new TurnedBytes(entry.type(), bytes, arena));
    }

    GgufFormatException fault(String key, String detail) {
        return new GgufFormatException("%s: key %s: %s".formatted(path, Quoted.of(key), detail));
    }
}

package dev.cortado.gguf;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes GGUF version 3. Metadata and tensors are declared first, in the order they shall have; tensor bytes are asked
 * from their {@link TensorSource} only while the file is written. A file appears under its name when it is complete and
 * on the disk; after a failure nothing is left. Not thread-safe.
 */
public final class GgufWriter {
    /** The longest key or tensor name, in bytes. */
    private static final int LONGEST_NAME = 0xFFFF;

    private static final int MOST_PARTS = 0xFFFF;

    private final Map<String, MetadataValue> metadata = new LinkedHashMap<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final List<PartWriter.Entry> tensors = new ArrayList<>();
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private int alignment = GgufPart.DEFAULT_ALIGNMENT;

    /** Without metadata and tensors yet. */
    public GgufWriter() {}

    /** Byte order of the file; little-endian if nothing is said. */
    public GgufWriter byteOrder(ByteOrder order) {
        this.order = order;
        return this;
    }

    /** Where tensor data may begin: multiples of this power of two, 32 bytes if nothing is said. */
    public GgufWriter alignment(int bytes) {
        if (bytes <= 0 || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("alignment %d, a power of two expected".formatted(bytes));
        }
        this.alignment = bytes;
        return put(GgufPart.ALIGNMENT, MetadataValue.uint32(bytes));
    }

    /** Sets a key, in place of a value it may have. {@code general.alignment} is better set with {@link #alignment}. */
    public GgufWriter put(String key, MetadataValue value) {
        refuseLong(key);
        if (key.equals(GgufPart.ALIGNMENT) && !value.equals(MetadataValue.uint32(alignment))) {
            throw new IllegalArgumentException("key %s: %s, UINT32 %d expected".formatted(key, value, alignment));
        }
        if (value instanceof MetadataValue.Array array && array.depth() > ValueReader.DEEPEST) {
            throw new IllegalArgumentException(
                    "key %s: arrays nested more than %d deep".formatted(Quoted.of(key), ValueReader.DEEPEST));
        }
        metadata.put(key, value);
        return this;
    }

    /** All keys of another file with their exact types, except those that say how that file is laid out. */
    public GgufWriter putAll(Metadata source) {
        for (String key : source.keys()) {
            if (!key.equals(GgufPart.ALIGNMENT) && !key.startsWith(SplitParts.PREFIX)) {
                source.typed(key).ifPresent(value -> put(key, value));
            }
        }
        return this;
    }

    /**
     * Declares a tensor.
     *
     * @param shape one to four dimensions, the contiguous one first; that one a multiple of the type's block size
     * @param source gives exactly the bytes that type and shape ask for
     */
    public GgufWriter add(String name, TensorType type, long[] shape, TensorSource source) {
        refuseLong(name);
        if (shape.length < 1 || shape.length > 4 || shape[0] % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    "tensor %s: %d dimensions, %d columns; one to four, whole blocks of %d expected"
                            .formatted(
                                    Quoted.of(name), shape.length, shape.length == 0 ? 0 : shape[0], type.blockSize()));
        }
        long weights = 1;
        for (long size : shape) {
            if (size < 1) {
                throw new IllegalArgumentException("tensor %s: a dimension of %d".formatted(Quoted.of(name), size));
            }
            weights = Math.multiplyExact(weights, size);
        }
        if (!names.add(name)) {
            throw new IllegalArgumentException("tensor %s: added twice".formatted(Quoted.of(name)));
        }
        tensors.add(new PartWriter.Entry(name, type, shape.clone(), type.bytes(weights), source));
        return this;
    }

    /** Declares a tensor with the name, type, shape and bytes of another file's, which must stay open. */
    public GgufWriter add(Tensor tensor) {
        return add(tensor.name(), tensor.type(), tensor.shape(), sink -> sink.write(tensor.data()));
    }

    private static void refuseLong(String name) {
        int bytes = Encoder.utf8(name).remaining();
        if (bytes > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "name %s of %d bytes, at most %d expected".formatted(Quoted.of(name), bytes, LONGEST_NAME));
        }
    }

    /** Writes everything to one file. */
    public void write(Path target) throws IOException {
        try (AtomicFile file = new AtomicFile(target)) {
            new PartWriter(order, alignment).write(file.channel(), metadata, tensors);
            file.publish();
        }
    }

    /**
     * Writes files {@code NAME-00001-of-0000N.gguf}, the metadata in the first. They get their names when all are complete.
     *
     * @param partBytes tensor bytes in one part at most, unless a single tensor is bigger
     * @return the files in order
     */
    public List<Path> writeSplit(Path folder, String name, long partBytes) throws IOException {
        List<List<PartWriter.Entry>> parts = split(partBytes);
        if (parts.size() > MOST_PARTS) {
            throw new IllegalArgumentException("%d parts, at most %d expected".formatted(parts.size(), MOST_PARTS));
        }
        SplitName names = new SplitName(folder, name, 1, parts.size());
        List<Path> paths = new ArrayList<>();
        List<AtomicFile> files = new ArrayList<>();
        try {
            for (int number = 0; number < parts.size(); number++) {
                AtomicFile file = new AtomicFile(names.file(number + 1));
                files.add(file);
                paths.add(names.file(number + 1));
                new PartWriter(order, alignment)
                        .write(file.channel(), splitMetadata(number, parts.size()), parts.get(number));
                file.complete();
            }
            for (AtomicFile file : files) {
                file.publish();
            }
        } finally {
            for (AtomicFile file : files) {
                file.close();
            }
        }
        return paths;
    }

    private List<List<PartWriter.Entry>> split(long partBytes) {
        List<List<PartWriter.Entry>> parts = new ArrayList<>();
        parts.add(new ArrayList<>());
        long bytes = 0;
        for (PartWriter.Entry tensor : tensors) {
            if (!parts.getLast().isEmpty() && tensor.bytes() > partBytes - bytes) {
                parts.add(new ArrayList<>());
                bytes = 0;
            }
            parts.getLast().add(tensor);
            bytes += tensor.bytes();
        }
        return parts;
    }

    private Map<String, MetadataValue> splitMetadata(int number, int count) {
        Map<String, MetadataValue> keys = new LinkedHashMap<>();
        if (number == 0) {
            keys.putAll(metadata);
        } else if (metadata.containsKey(GgufPart.ALIGNMENT)) {
            keys.put(GgufPart.ALIGNMENT, MetadataValue.uint32(alignment));
        }
        keys.put(SplitParts.NUMBER, MetadataValue.uint16(number));
        keys.put(SplitParts.COUNT, MetadataValue.uint16(count));
        keys.put(SplitParts.TENSORS, MetadataValue.int32(tensors.size()));
        return keys;
    }
}

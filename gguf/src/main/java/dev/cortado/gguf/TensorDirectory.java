package dev.cortado.gguf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The list of tensors of one file, checked: known types, whole blocks, unique names, data inside the file and apart. */
final class TensorDirectory {
    private static final int LONGEST_NAME = 0xFFFF;
    private static final int SHORTEST_ENTRY = 8 + 4 + 4 + 8;
    private static final int MOST_DIMENSIONS = 4;

    /**
     * What the file says of a tensor.
     *
     * @param offset from the start of the data section
     * @param bytes computed from type and shape
     */
    record Entry(String name, TensorType type, long[] shape, long offset, long bytes) {}

    private TensorDirectory() {}

    /** A count as it stands in the header. */
    static int count(Cursor in) {
        return in.count("tensors", SHORTEST_ENTRY);
    }

    /** Reads {@code count} entries and moves to the start of the data section. */
    static List<Entry> read(Cursor in, int count, long alignment) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            in.subject("tensor number " + (i + 1) + " of " + count);
            String name = in.name(LONGEST_NAME);
            in.subject("tensor " + Quoted.of(name));
            if (!names.add(name)) {
                throw in.fault("the name stands there twice, once expected");
            }
            entries.add(entry(in, name, alignment));
        }
        in.subject("tensor data");
        if (count > 0) {
            in.skip((alignment - in.position() % alignment) % alignment, 1);
        }
        refuseOutside(in, entries);
        refuseOverlap(in, entries);
        return entries;
    }

    private static Entry entry(Cursor in, String name, long alignment) {
        long[] shape = shape(in);
        TensorType type = type(in);
        long offset = in.int64();
        if (offset < 0 || offset % alignment != 0) {
            throw in.fault("offset %s found, a multiple of the alignment %d expected"
                    .formatted(Long.toUnsignedString(offset), alignment));
        }
        if (shape[0] % type.blockSize() != 0) {
            throw in.fault("rows of %d weights found, a multiple of the block size %d of %s expected"
                    .formatted(shape[0], type.blockSize(), type));
        }
        return new Entry(name, type, shape, offset, bytes(in, type, shape));
    }

    private static long[] shape(Cursor in) {
        int dimensions = in.int32();
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw in.fault("%s dimensions found, at most %d expected"
                    .formatted(Integer.toUnsignedString(dimensions), MOST_DIMENSIONS));
        }
        if (dimensions == 0) {
            return new long[] {1}; // a scalar
        }
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = in.int64();
            if (shape[i] <= 0) {
                throw in.fault("dimension %d of size %s found, 1 to %d expected"
                        .formatted(i, Long.toUnsignedString(shape[i]), Long.MAX_VALUE));
            }
        }
        return shape;
    }

    private static TensorType type(Cursor in) {
        int id = in.int32();
        return TensorType.of(id)
                .orElseThrow(() -> in.fault("tensor type %s found, one of %s expected"
                        .formatted(Integer.toUnsignedString(id), List.of(TensorType.values()))));
    }

    private static long bytes(Cursor in, TensorType type, long[] shape) {
        try {
            long weights = 1;
            for (long size : shape) {
                weights = Math.multiplyExact(weights, size);
            }
            return type.bytes(weights);
        } catch (ArithmeticException e) {
            throw in.fault("more weights than can be counted in 63 bits", e);
        }
    }

    private static void refuseOutside(Cursor in, List<Entry> entries) {
        for (Entry entry : entries) {
            if (entry.bytes() > in.remaining() || entry.offset() > in.remaining() - entry.bytes()) {
                in.subject("tensor " + Quoted.of(entry.name()));
                throw in.fault("%d bytes at offset %d of the tensor data, which is only %d bytes long"
                        .formatted(entry.bytes(), entry.offset(), in.remaining()));
            }
        }
    }

    private static void refuseOverlap(Cursor in, List<Entry> entries) {
        List<Entry> ordered = new ArrayList<>(entries);
        ordered.sort(Comparator.comparingLong(Entry::offset));
        for (int i = 1; i < ordered.size(); i++) {
            Entry before = ordered.get(i - 1);
            Entry entry = ordered.get(i);
            if (before.offset() + before.bytes() > entry.offset()) {
                in.subject("tensor " + Quoted.of(entry.name()));
                throw in.fault("its data at offset %d overlap those of tensor %s, %d bytes at offset %d"
                        .formatted(entry.offset(), Quoted.of(before.name()), before.bytes(), before.offset()));
            }
        }
    }
}

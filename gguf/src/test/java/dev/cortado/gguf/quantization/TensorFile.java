package dev.cortado.gguf.quantization;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors of a well-formed little-endian golden file without metadata arrays. */
final class TensorFile {
    private final MemorySegment file;
    private long at = 8;

    private TensorFile(MemorySegment file) {
        this.file = file;
    }

    static Map<String, Tensor> read(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            return new TensorFile(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()))
                    .tensors();
        }
    }

    private Map<String, Tensor> tensors() {
        long tensors = i64();
        long keys = i64();
        for (long k = 0; k < keys; k++) {
            string();
            int type = i32();
            switch (type) {
                case 4, 5, 6 -> i32();
                case 8 -> string();
                case 10, 11 -> i64();
                default -> throw new IllegalArgumentException("metadata type " + type);
            }
        }
        record Entry(String name, TensorType type, long[] shape, long offset) {}
        Entry[] entries = new Entry[(int) tensors];
        for (int t = 0; t < tensors; t++) {
            String name = string();
            long[] shape = new long[i32()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = i64();
            }
            int id = i32();
            TensorType type = Arrays.stream(TensorType.values()).filter(x -> x.id() == id).findFirst().orElseThrow();
            entries[t] = new Entry(name, type, shape, i64());
        }
        long data = (at + 31) / 32 * 32;
        Map<String, Tensor> result = new LinkedHashMap<>();
        for (Entry e : entries) {
            long count = Arrays.stream(e.shape).reduce(1, (a, b) -> a * b);
            result.put(e.name, new Tensor(e.name, e.type, e.shape, file.asSlice(data + e.offset, e.type.bytes(count))));
        }
        return result;
    }

    private int i32() {
        at += 4;
        return LittleEndian.i32(file, at - 4);
    }

    private long i64() {
        at += 8;
        return LittleEndian.i64(file, at - 8);
    }

    private String string() {
        int length = (int) i64();
        byte[] bytes = file.asSlice(at, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        at += length;
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

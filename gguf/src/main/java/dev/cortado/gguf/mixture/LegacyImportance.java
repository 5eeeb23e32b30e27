package dev.cortado.gguf.mixture;

import dev.cortado.gguf.GgufFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The older form of an importance matrix, little-endian without a header: the number of entries; per entry the length
 * of the name, the name, calls, the number of values and the values times calls; then, if the file goes on, the number
 * of chunks, the length of the data set's name and the name. Numbers are 32 bits, values floats.
 */
final class LegacyImportance {
    private final Path path;
    private final ByteBuffer in;

    private LegacyImportance(Path path, ByteBuffer in) {
        this.path = path;
        this.in = in;
    }

    static ImportanceMatrix read(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new GgufFormatException(
                        "%s: %d bytes, no importance matrix is that long".formatted(path, channel.size()));
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return new LegacyImportance(path, bytes.order(ByteOrder.LITTLE_ENDIAN)).read();
        }
    }

    private ImportanceMatrix read() {
        int entries = number("number of entries", 1);
        Map<String, float[]> columns = new LinkedHashMap<>();
        for (int i = 0; i < entries; i++) {
            String name = text("name of entry " + i);
            int calls = number("calls of " + name, 0);
            columns.put(name, values(name, Math.max(1, calls)));
        }
        if (!in.hasRemaining()) {
            return new ImportanceMatrix(path, columns, List.of(), OptionalInt.empty());
        }
        int chunks = number("number of chunks", 0);
        List<String> datasets = in.hasRemaining() ? List.of(text("name of the data set")) : List.of();
        return new ImportanceMatrix(path, columns, datasets, OptionalInt.of(chunks));
    }

    private float[] values(String name, int calls) {
        int count = number("number of values of " + name, 1);
        require("values of " + name, 4L * count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.getFloat() / calls;
        }
        return values;
    }

    private String text(String what) {
        int length = number("length of the " + what, 0);
        require(what, length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int number(String what, int least) {
        require(what, 4);
        int number = in.getInt();
        if (number < least) {
            throw new GgufFormatException(
                    "%s: no importance matrix: %s is %d, at least %d expected".formatted(path, what, number, least));
        }
        return number;
    }

    private void require(String what, long bytes) {
        if (bytes > in.remaining()) {
            throw new GgufFormatException("%s: no importance matrix, or a cut one: %s needs %d bytes, %d are left"
                    .formatted(path, what, bytes, in.remaining()));
        }
    }
}

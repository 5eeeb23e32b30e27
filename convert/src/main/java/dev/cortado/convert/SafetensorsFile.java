package dev.cortado.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, the data. The header is read token by token and
 * nothing in it is believed: offsets lie inside the file, agree with shape and format, and no two tensors overlap.
 */
final class SafetensorsFile {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final int LONGEST_HEADER = 100_000_000; // the limit of the format's own library
    private static final int MOST_DIMENSIONS = 8;
    private static final String METADATA = "__metadata__";

    private record Entry(String name, String dtype, long[] shape, long begin, long end) {}

    private final Path path;

    private SafetensorsFile(Path path) {
        this.path = path;
    }

    /** The tensors in the order of their data. */
    static List<SafeTensor> open(Path path, Arena arena) throws IOException {
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        return new SafetensorsFile(path).read(bytes);
    }

    private List<SafeTensor> read(MemorySegment bytes) throws IOException {
        if (bytes.byteSize() < Long.BYTES) {
            throw fault("%d bytes long, at least 8 expected".formatted(bytes.byteSize()));
        }
        long length = bytes.get(LONG, 0);
        long most = Math.min(bytes.byteSize() - Long.BYTES, LONGEST_HEADER);
        if (length < 0 || length > most) {
            throw fault(
                    "a header of %s bytes claimed, at most %d expected".formatted(Long.toUnsignedString(length), most));
        }
        List<Entry> entries = header(bytes.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE));
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        MemorySegment data = bytes.asSlice(Long.BYTES + length);
        long used = 0;
        List<SafeTensor> tensors = new ArrayList<>();
        for (Entry entry : entries) {
            check(entry, used, data.byteSize());
            used = entry.end();
            tensors.add(new SafeTensor(
                    path,
                    entry.name(),
                    entry.dtype(),
                    entry.shape(),
                    data.asSlice(entry.begin(), entry.end() - entry.begin())));
        }
        return tensors;
    }

    private void check(Entry entry, long used, long size) {
        if (entry.begin() < used || entry.end() < entry.begin() || entry.end() > size) {
            throw fault("tensor '%s': data from %d to %d, expected between %d and %d"
                    .formatted(entry.name(), entry.begin(), entry.end(), used, size));
        }
        WeightType.of(entry.dtype()).ifPresent(type -> {
            long expected = bytes(entry, type);
            if (entry.end() - entry.begin() != expected) {
                throw fault("tensor '%s': %d bytes of data, %d expected of %s %s"
                        .formatted(
                                entry.name(),
                                entry.end() - entry.begin(),
                                expected,
                                entry.dtype(),
                                Arrays.toString(entry.shape())));
            }
        });
    }

    private long bytes(Entry entry, WeightType type) {
        try {
            long bytes = type.bytes();
            for (long size : entry.shape()) {
                if (size < 1) {
                    throw fault("tensor '%s': a dimension of %d".formatted(entry.name(), size));
                }
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new ConvertException(
                    "%s: tensor '%s': more bytes than can be counted".formatted(path, entry.name()), e);
        }
    }

    private List<Entry> header(byte[] json) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (JsonParser in = JSON.createParser(json)) {
            expect(in.nextToken(), JsonToken.START_OBJECT);
            for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                if (name.equals(METADATA)) {
                    in.skipChildren();
                } else {
                    entries.add(entry(in, name));
                }
            }
            expect(in.currentToken(), JsonToken.END_OBJECT);
        } catch (JsonProcessingException e) {
            throw new ConvertException("%s: header: %s".formatted(path, e.getOriginalMessage()), e);
        }
        return entries;
    }

    private Entry entry(JsonParser in, String name) throws IOException {
        expect(in.currentToken(), JsonToken.START_OBJECT);
        String dtype = "";
        long[] shape = {};
        long[] offsets = {};
        for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            in.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(in.currentToken(), JsonToken.VALUE_STRING);
                    dtype = in.getText();
                }
                case "shape" -> shape = numbers(in, MOST_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(in, 2);
                default -> in.skipChildren();
            }
        }
        if (offsets.length != 2) {
            throw fault("tensor '%s': no data_offsets".formatted(name));
        }
        return new Entry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private long[] numbers(JsonParser in, int most) throws IOException {
        expect(in.currentToken(), JsonToken.START_ARRAY);
        long[] numbers = new long[most];
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(in.currentToken(), JsonToken.VALUE_NUMBER_INT);
            if (count == most) {
                throw fault("header: more than %d numbers in a row".formatted(most));
            }
            numbers[count++] = in.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private void expect(@Nullable JsonToken found, JsonToken expected) {
        if (found != expected) {
            throw fault("header: %s found, %s expected".formatted(found, expected));
        }
    }

    private ConvertException fault(String detail) {
        return new ConvertException("%s: %s".formatted(path, detail));
    }
}

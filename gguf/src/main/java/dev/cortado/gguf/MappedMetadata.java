package dev.cortado.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Metadata that stays in the mapped file: opening walks over the values and checks them, asking decodes one. */
final class MappedMetadata implements Metadata {
    private static final int LONGEST_KEY = 0xFFFF;
    private static final int SHORTEST_PAIR = 8 + 4 + 1;

    /** Where a value stands. */
    private record Place(MetadataType type, long offset) {}

    private final Path file;
    private final MemorySegment bytes;
    private final ByteOrder order;
    private final Map<String, Place> places;

    private MappedMetadata(Path file, MemorySegment bytes, ByteOrder order, Map<String, Place> places) {
        this.file = file;
        this.bytes = bytes;
        this.order = order;
        this.places = places;
    }

    /** A count as it stands in the header, to be followed later by as many pairs. */
    static int count(Cursor in) {
        return in.count("key/value pairs", SHORTEST_PAIR);
    }

    /** Walks over {@code count} pairs from where {@code in} stands. */
    static MappedMetadata read(Path file, MemorySegment bytes, ByteOrder order, Cursor in, int count) {
        Map<String, Place> places = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            in.subject("key number " + (i + 1) + " of " + count);
            String key = in.name(LONGEST_KEY);
            in.subject("key " + Quoted.of(key));
            MetadataType type = ValueReader.type(in);
            if (places.put(key, new Place(type, in.position())) != null) {
                throw in.fault("the key stands there twice, once expected");
            }
            ValueReader.skip(in, type);
        }
        return new MappedMetadata(file, bytes, order, Collections.unmodifiableMap(places));
    }

    @Override
    public Set<String> keys() {
        return places.keySet();
    }

    @Override
    public Optional<MetadataValue> typed(String key) {
        return Optional.ofNullable(places.get(key)).map(place -> ValueReader.read(cursor(key, place), place.type()));
    }

    private Cursor cursor(String key, Place place) {
        return new Cursor(file, bytes, order, place.offset(), "key " + Quoted.of(key));
    }

    @Override
    public Optional<Object> value(String key) {
        return typed(key).map(value -> {
            refuseHugeIntegers(key, value);
            return value.plain();
        });
    }

    private void refuseHugeIntegers(String key, MetadataValue value) {
        switch (value) {
            case MetadataValue.Scalar(MetadataType type, Object number)
            when type == MetadataType.UINT64 -> refuseHuge(key, (Long) number);
            case MetadataValue.Array(MetadataType type, Object numbers)
            when type == MetadataType.UINT64 -> {
                for (long number : (long[]) numbers) {
                    refuseHuge(key, number);
                }
            }
            case MetadataValue.Array(MetadataType type, Object arrays)
            when type == MetadataType.ARRAY -> {
                for (MetadataValue.Array array : (MetadataValue.Array[]) arrays) {
                    refuseHugeIntegers(key, array);
                }
            }
            default -> {}
        }
    }

    private void refuseHuge(String key, long bits) {
        if (bits < 0) {
            throw fault(key, Long.toUnsignedString(bits) + " found, at most %d expected".formatted(Long.MAX_VALUE));
        }
    }

    @Override
    public Optional<String> string(String key) {
        return value(key).map(value -> {
            if (value instanceof String text) {
                return text;
            }
            throw mismatch(key, "STRING");
        });
    }

    @Override
    public Optional<Integer> integer(String key) {
        return value(key).map(value -> {
            if (value instanceof Long number) {
                return narrow(key, number);
            }
            throw mismatch(key, "an integer");
        });
    }

    @Override
    public Optional<Float> real(String key) {
        return value(key).map(value -> switch (value) {
            case Float number -> number;
            case Double number -> (float) (double) number;
            default -> throw mismatch(key, "FLOAT32 or FLOAT64");
        });
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return value(key).map(value -> {
            if (value instanceof Boolean flag) {
                return flag;
            }
            throw mismatch(key, "BOOL");
        });
    }

    @Override
    public Optional<int[]> integers(String key) {
        return value(key).map(value -> {
            if (!(value instanceof long[] numbers)) {
                throw mismatch(key, "an array of integers");
            }
            int[] narrow = new int[numbers.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = narrow(key, numbers[i]);
            }
            return narrow;
        });
    }

    @Override
    public Optional<float[]> reals(String key) {
        return value(key).map(value -> switch (value) {
            case float[] numbers -> numbers;
            case double[] numbers -> {
                float[] narrow = new float[numbers.length];
                for (int i = 0; i < narrow.length; i++) {
                    narrow[i] = (float) numbers[i];
                }
                yield narrow;
            }
            default -> throw mismatch(key, "an array of FLOAT32 or FLOAT64");
        });
    }

    @Override
    public Optional<String[]> strings(String key) {
        return value(key).map(value -> {
            if (value instanceof String[] texts) {
                return texts;
            }
            throw mismatch(key, "an array of STRING");
        });
    }

    @Override
    public Optional<TextArray> texts(String key) {
        return Optional.ofNullable(places.get(key)).map(place -> {
            Cursor in = cursor(key, place);
            if (place.type() != MetadataType.ARRAY || ValueReader.type(in) != MetadataType.STRING) {
                throw mismatch(key, "an array of STRING");
            }
            int size = ValueReader.length(in, MetadataType.STRING);
            return texts(key, new Place(MetadataType.STRING, in.position()), size);
        });
    }

    private TextArray texts(String key, Place first, int size) {
        return new TextArray() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public void forEach(Action action) {
                Cursor in = cursor(key, first);
                for (int i = 0; i < size; i++) {
                    in.text(action);
                }
            }
        };
    }

    @Override
    public String requireString(String key) {
        return string(key).orElseThrow(() -> missing(key));
    }

    @Override
    public int requireInteger(String key) {
        return integer(key).orElseThrow(() -> missing(key));
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String key : keys()) {
            value(key).ifPresent(value -> map.put(key, value));
        }
        return map;
    }

    private int narrow(String key, long value) {
        if (value != (int) value) {
            throw fault(key, "%d found, an integer of 32 bits expected".formatted(value));
        }
        return (int) value;
    }

    private GgufFormatException mismatch(String key, String expected) {
        String found = typed(key).map(MetadataValue::typeText).orElse("nothing");
        return fault(key, "%s found, %s expected".formatted(found, expected));
    }

    private GgufFormatException missing(String key) {
        return fault(key, "not there, but needed");
    }

    @Override
    public GgufFormatException fault(String key, String problem) {
        return new GgufFormatException("%s: key %s: %s".formatted(file, Quoted.of(key), problem));
    }
}

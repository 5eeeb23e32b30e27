package dev.cortado.gguf;

/** Metadata values as they stand in a file: a type number, then the value; an array is element type, length, elements. */
final class ValueReader {
    /** Arrays in arrays beyond this are no data that anybody wrote in earnest; the readers below recurse. */
    static final int DEEPEST = 64;

    private static final int ARRAY_HEADER_BYTES = 12;
    private static final int STRING_HEADER_BYTES = 8;

    private ValueReader() {}

    static MetadataType type(Cursor in) {
        int id = in.int32();
        return MetadataType.of(id)
                .orElseThrow(() ->
                        in.fault("value type %s found, 0 to 12 expected".formatted(Integer.toUnsignedString(id))));
    }

    /** Walks over a value, checking every length in it. */
    static void skip(Cursor in, MetadataType type) {
        skip(in, type, 0);
    }

    private static void skip(Cursor in, MetadataType type, int depth) {
        switch (type) {
            case STRING -> in.skipText();
            case ARRAY -> skipArray(in, depth + 1);
            default -> in.skip(1, type.bytes());
        }
    }

    private static void skipArray(Cursor in, int depth) {
        if (depth > DEEPEST) {
            throw in.fault("arrays nested more than %d deep".formatted(DEEPEST));
        }
        MetadataType elements = type(in);
        int count = length(in, elements);
        if (elements.bytes() > 0) {
            in.skip(count, elements.bytes());
            return;
        }
        for (int i = 0; i < count; i++) {
            skip(in, elements, depth);
        }
    }

    static int length(Cursor in, MetadataType elements) {
        return in.count(
                "elements of " + elements,
                switch (elements) {
                    case STRING -> STRING_HEADER_BYTES;
                    case ARRAY -> ARRAY_HEADER_BYTES;
                    default -> elements.bytes();
                });
    }

    static MetadataValue read(Cursor in, MetadataType type) {
        return switch (type) {
            case ARRAY -> array(in);
            case STRING -> new MetadataValue.Scalar(type, in.text());
            case BOOL -> new MetadataValue.Scalar(type, in.bool());
            case FLOAT32 -> new MetadataValue.Scalar(type, in.float32());
            case FLOAT64 -> new MetadataValue.Scalar(type, in.float64());
            default -> new MetadataValue.Scalar(type, integer(in, type));
        };
    }

    /** An integer of any width; a UINT64 as its bits. */
    private static long integer(Cursor in, MetadataType type) {
        return switch (type) {
            case UINT8 -> in.int8() & 0xFF;
            case INT8 -> in.int8();
            case UINT16 -> in.int16() & 0xFFFF;
            case INT16 -> in.int16();
            case UINT32 -> in.int32() & 0xFFFF_FFFFL;
            case INT32 -> in.int32();
            case UINT64, INT64 -> in.int64();
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY ->
                throw new IllegalArgumentException(type + " is no integer type");
        };
    }

    private static MetadataValue.Array array(Cursor in) {
        MetadataType elements = type(in);
        int count = length(in, elements);
        return new MetadataValue.Array(
                elements,
                switch (elements) {
                    case STRING -> strings(in, count);
                    case ARRAY -> arrays(in, count);
                    case BOOL -> bools(in, count);
                    case FLOAT32 -> in.float32s(count);
                    case FLOAT64 -> in.float64s(count);
                    default -> integers(in, elements, count);
                });
    }

    private static String[] strings(Cursor in, int count) {
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.text();
        }
        return values;
    }

    private static MetadataValue.Array[] arrays(Cursor in, int count) {
        MetadataValue.Array[] values = new MetadataValue.Array[count];
        for (int i = 0; i < count; i++) {
            values[i] = array(in);
        }
        return values;
    }

    private static boolean[] bools(Cursor in, int count) {
        boolean[] values = new boolean[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.bool();
        }
        return values;
    }

    private static long[] integers(Cursor in, MetadataType elements, int count) {
        long[] values = new long[count];
        if (elements == MetadataType.INT32) { // token types, as many as tokens
            int[] narrow = in.int32s(count);
            for (int i = 0; i < count; i++) {
                values[i] = narrow[i];
            }
            return values;
        }
        for (int i = 0; i < count; i++) {
            values[i] = integer(in, elements);
        }
        return values;
    }
}

package dev.cortado.gguf;

import java.util.Optional;

/** The types a metadata value can have, with GGUF's number and the bytes of one value (0 where the length varies). */
public enum MetadataType {
    UINT8(0, 1),
    INT8(1, 1),
    UINT16(2, 2),
    INT16(3, 2),
    UINT32(4, 4),
    INT32(5, 4),
    FLOAT32(6, 4),
    BOOL(7, 1),
    STRING(8, 0),
    ARRAY(9, 0),
    UINT64(10, 8),
    INT64(11, 8),
    FLOAT64(12, 8);

    private static final MetadataType[] ALL = values();

    private final int id;
    private final int bytes;

    MetadataType(int id, int bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    /** GGUF's number of the type. */
    public int id() {
        return id;
    }

    /** Bytes of one value; 0 for strings and arrays. */
    public int bytes() {
        return bytes;
    }

    /** Whether it is one of the eight integer types. */
    public boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }

    /** The type with that number. */
    public static Optional<MetadataType> of(int id) {
        return id >= 0 && id < ALL.length ? Optional.of(ALL[id]) : Optional.empty();
    }
}

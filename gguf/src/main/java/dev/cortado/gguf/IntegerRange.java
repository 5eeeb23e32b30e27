package dev.cortado.gguf;

/** The values an integer type can hold; UINT64 as bits, so that every long is one. */
record IntegerRange(long least, long greatest) {
    static IntegerRange of(MetadataType type) {
        return switch (type) {
            case UINT8 -> new IntegerRange(0, 0xFF);
            case INT8 -> new IntegerRange(Byte.MIN_VALUE, Byte.MAX_VALUE);
            case UINT16 -> new IntegerRange(0, 0xFFFF);
            case INT16 -> new IntegerRange(Short.MIN_VALUE, Short.MAX_VALUE);
            case UINT32 -> new IntegerRange(0, 0xFFFF_FFFFL);
            case INT32 -> new IntegerRange(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT64, INT64 -> new IntegerRange(Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY ->
                throw new IllegalArgumentException(type + " is no integer type");
        };
    }

    boolean holds(long value) {
        return value >= least && value <= greatest;
    }

    boolean holds(long[] values) {
        for (long value : values) {
            if (!holds(value)) {
                return false;
            }
        }
        return true;
    }
}

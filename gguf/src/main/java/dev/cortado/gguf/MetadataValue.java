package dev.cortado.gguf;

/** A metadata value with the exact type it has in the file: what is needed to write it again as it was. */
public sealed interface MetadataValue {
    /**
     * The value alone, as {@link Metadata#value} gives it, except that a UINT64 above {@code Long.MAX_VALUE} is its bits.
     */
    Object plain();

    /** The type as it is printed: {@code UINT32}, {@code ARRAY of STRING}. */
    String typeText();

    /**
     * A single value.
     *
     * @param type any but ARRAY
     * @param value Long for integers (bits for UINT64), Float, Double, Boolean or String
     */
    record Scalar(MetadataType type, Object value) implements MetadataValue {
        /** Checks that type and value belong together and that the value fits. */
        public Scalar {
            boolean right = switch (type) {
                case FLOAT32 -> value instanceof Float;
                case FLOAT64 -> value instanceof Double;
                case BOOL -> value instanceof Boolean;
                case STRING -> value instanceof String;
                case ARRAY -> false;
                default -> value instanceof Long number && IntegerRange.of(type).holds(number);
            };
            if (!right) {
                throw new IllegalArgumentException("%s %s is no %s"
                        .formatted(value.getClass().getSimpleName(), Quoted.of(value.toString()), type));
            }
        }

        @Override
        public Object plain() {
            return value;
        }

        @Override
        public String typeText() {
            return type.name();
        }
    }

    /**
     * An array.
     *
     * @param elements type of every element
     * @param values {@code long[]} for integers, {@code float[]}, {@code double[]}, {@code boolean[]}, {@code String[]},
     *     or {@code Array[]} where the elements are arrays themselves
     */
    record Array(MetadataType elements, Object values) implements MetadataValue {
        /** Checks that element type and values belong together and that the values fit. */
        public Array {
            boolean right = switch (elements) {
                case FLOAT32 -> values instanceof float[];
                case FLOAT64 -> values instanceof double[];
                case BOOL -> values instanceof boolean[];
                case STRING -> values instanceof String[];
                case ARRAY -> values instanceof Array[];
                default ->
                    values instanceof long[] numbers
                            && IntegerRange.of(elements).holds(numbers);
            };
            if (!right) {
                throw new IllegalArgumentException(
                        "the %s is no array of %s".formatted(values.getClass().getSimpleName(), elements));
            }
        }

        /** How deep arrays are nested in it: 1 where the elements are no arrays. */
        int depth() {
            int deepest = 0;
            if (values instanceof Array[] arrays) {
                for (Array array : arrays) {
                    deepest = Math.max(deepest, array.depth());
                }
            }
            return deepest + 1;
        }

        /** Number of elements. */
        public int length() {
            return java.lang.reflect.Array.getLength(values);
        }

        @Override
        public Object plain() {
            if (!(values instanceof Array[] nested)) {
                return values;
            }
            Object[] plain = new Object[nested.length];
            for (int i = 0; i < plain.length; i++) {
                plain[i] = nested[i].plain();
            }
            return plain;
        }

        @Override
        public String typeText() {
            return "ARRAY of " + elements;
        }
    }

    static MetadataValue bool(boolean value) {
        return new Scalar(MetadataType.BOOL, value);
    }

    static MetadataValue uint16(int value) {
        return new Scalar(MetadataType.UINT16, (long) value);
    }

    static MetadataValue uint32(long value) {
        return new Scalar(MetadataType.UINT32, value);
    }

    static MetadataValue int32(int value) {
        return new Scalar(MetadataType.INT32, (long) value);
    }

    static MetadataValue float32(float value) {
        return new Scalar(MetadataType.FLOAT32, value);
    }

    static MetadataValue string(String value) {
        return new Scalar(MetadataType.STRING, value);
    }

    static MetadataValue strings(String... values) {
        return new Array(MetadataType.STRING, values);
    }

    static MetadataValue floats(float... values) {
        return new Array(MetadataType.FLOAT32, values);
    }

    static MetadataValue integers(MetadataType elements, long... values) {
        return new Array(elements, values);
    }
}

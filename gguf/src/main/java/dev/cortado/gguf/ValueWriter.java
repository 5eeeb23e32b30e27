package dev.cortado.gguf;

import java.io.IOException;

/** Writes metadata values in the form that {@link ValueReader} reads. */
final class ValueWriter {
    private ValueWriter() {}

    /** The type number and the value. */
    static void write(Encoder out, MetadataValue value) throws IOException {
        switch (value) {
            case MetadataValue.Scalar(MetadataType type, Object single) -> {
                out.int32(type.id());
                scalar(out, type, single);
            }
            case MetadataValue.Array array -> {
                out.int32(MetadataType.ARRAY.id());
                array(out, array);
            }
        }
    }

    private static void scalar(Encoder out, MetadataType type, Object value) throws IOException {
        switch (value) {
            case Long number -> integer(out, type, number);
            case Float number -> out.int32(Float.floatToRawIntBits(number));
            case Double number -> out.int64(Double.doubleToRawLongBits(number));
            case Boolean flag -> out.int8(flag ? 1 : 0);
            default -> out.text((String) value);
        }
    }

    private static void integer(Encoder out, MetadataType type, long value) throws IOException {
        switch (type.bytes()) {
            case 1 -> out.int8((int) value);
            case 2 -> out.int16((int) value);
            case 4 -> out.int32((int) value);
            default -> out.int64(value);
        }
    }

    private static void array(Encoder out, MetadataValue.Array array) throws IOException {
        out.int32(array.elements().id());
        out.int64(array.length());
        switch (array.values()) {
            case long[] numbers -> {
                for (long number : numbers) {
                    integer(out, array.elements(), number);
                }
            }
            case float[] numbers -> {
                for (float number : numbers) {
                    scalar(out, array.elements(), number);
                }
            }
            case double[] numbers -> {
                for (double number : numbers) {
                    scalar(out, array.elements(), number);
                }
            }
            case boolean[] flags -> {
                for (boolean flag : flags) {
                    scalar(out, array.elements(), flag);
                }
            }
            case String[] texts -> {
                for (String text : texts) {
                    out.text(text);
                }
            }
            default -> {
                for (MetadataValue.Array nested : (MetadataValue.Array[]) array.values()) {
                    array(out, nested);
                }
            }
        }
    }
}

package dev.cortado.gguf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a file may hold, drawn at random: every metadata type, arrays in arrays, every tensor type. */
record RandomGguf(Map<String, MetadataValue> metadata, List<Tensor> tensors) {
    static RandomGguf of(long seed) {
        Random random = new Random(seed);
        Map<String, MetadataValue> metadata = new LinkedHashMap<>();
        for (MetadataType type : MetadataType.values()) {
            metadata.put("one." + text(random) + type, value(random, type, 0));
            metadata.put("many." + text(random) + type, array(random, type, 0));
        }
        List<Tensor> tensors = new ArrayList<>();
        for (TensorType type : TensorType.values()) {
            long[] shape = shape(random, type);
            byte[] data = new byte[(int) new Tensor("", type, shape, MemorySegment.NULL).bytes()];
            random.nextBytes(data);
            tensors.add(new Tensor("blk." + tensors.size() + text(random), type, shape, MemorySegment.ofArray(data)));
        }
        return new RandomGguf(metadata, tensors);
    }

    GgufWriter writer() {
        GgufWriter writer = new GgufWriter();
        metadata.forEach(writer::put);
        tensors.forEach(writer::add);
        return writer;
    }

    private static long[] shape(Random random, TensorType type) {
        long[] shape = new long[1 + random.nextInt(4)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = 1 + random.nextInt(3);
        }
        shape[0] *= type.blockSize();
        return shape;
    }

    private static MetadataValue value(Random random, MetadataType type, int depth) {
        return switch (type) {
            case FLOAT32 -> new MetadataValue.Scalar(type, random.nextFloat());
            case FLOAT64 -> new MetadataValue.Scalar(type, random.nextDouble());
            case BOOL -> new MetadataValue.Scalar(type, random.nextBoolean());
            case STRING -> new MetadataValue.Scalar(type, text(random));
            case ARRAY -> array(random, MetadataType.values()[random.nextInt(MetadataType.values().length)], depth);
            default -> new MetadataValue.Scalar(type, integer(random, type));
        };
    }

    static MetadataValue.Array array(Random random, MetadataType type, int depth) {
        int length = random.nextInt(5);
        return new MetadataValue.Array(
                depth > 3 && type == MetadataType.ARRAY ? MetadataType.BOOL : type,
                switch (type) {
                    case FLOAT32 -> floats(random, length);
                    case FLOAT64 -> random.doubles(length).toArray();
                    case BOOL -> new boolean[length];
                    case STRING -> texts(random, length);
                    case ARRAY -> depth > 3 ? new boolean[length] : arrays(random, length, depth);
                    default -> random.longs(length).map(bits -> fit(type, bits)).toArray();
                });
    }

    private static MetadataValue.Array[] arrays(Random random, int length, int depth) {
        MetadataValue.Array[] arrays = new MetadataValue.Array[length];
        for (int i = 0; i < length; i++) {
            arrays[i] = (MetadataValue.Array) value(random, MetadataType.ARRAY, depth + 1);
        }
        return arrays;
    }

    private static float[] floats(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static String[] texts(Random random, int length) {
        String[] texts = new String[length];
        for (int i = 0; i < length; i++) {
            texts[i] = text(random);
        }
        return texts;
    }

    private static long integer(Random random, MetadataType type) {
        return fit(type, random.nextLong());
    }

    private static long fit(MetadataType type, long bits) {
        return switch (type) {
            case UINT8 -> bits & 0xFF;
            case INT8 -> (byte) bits;
            case UINT16 -> bits & 0xFFFF;
            case INT16 -> (short) bits;
            case UINT32 -> bits & 0xFFFF_FFFFL;
            case INT32 -> (int) bits;
            default -> bits;
        };
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(9), 0, 0xD800)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .append(random.nextBoolean() ? "" : "\uD83D\uDC07")
                .toString();
    }
}

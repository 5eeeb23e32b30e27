package dev.cortado.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The fields of more than one byte in a block of each tensor type: what has to be turned round between the byte orders.
 * Layouts: ggml-common.h; fields that ggml declares as bytes but reads as one number (the high bits of Q5_0 and Q5_1, the
 * scales of IQ1_M) count as such.
 */
final class BlockFields {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** {@code count} numbers of {@code width} bytes, {@code offset} bytes into the block. */
    private record Field(int offset, int width, int count) {}

    private BlockFields() {}

    private static List<Field> of(TensorType type) {
        return switch (type) {
            case I8, MXFP4, NVFP4 -> List.of();
            case F16, BF16, I16 -> List.of(new Field(0, 2, 1));
            case F32, I32 -> List.of(new Field(0, 4, 1));
            case F64, I64 -> List.of(new Field(0, 8, 1));
            case Q4_0, Q8_0, Q1_0, Q2_0, IQ4_NL, IQ2_S, IQ3_XXS, IQ3_S -> List.of(new Field(0, 2, 1));
            case Q4_1, Q8_1, Q4_K, Q5_K, IQ4_XS -> List.of(new Field(0, 2, 2));
            case Q5_0 -> List.of(new Field(0, 2, 1), new Field(2, 4, 1));
            case Q5_1 -> List.of(new Field(0, 2, 2), new Field(4, 4, 1));
            case Q2_K -> List.of(new Field(80, 2, 2));
            case Q3_K -> List.of(new Field(108, 2, 1));
            case Q6_K -> List.of(new Field(208, 2, 1));
            case Q8_K -> List.of(new Field(0, 4, 1), new Field(260, 2, 16));
            case IQ2_XXS, IQ2_XS -> List.of(new Field(0, 2, 33));
            case IQ1_S -> List.of(new Field(0, 2, 1), new Field(34, 2, 8));
            case IQ1_M -> List.of(new Field(48, 2, 4));
            case TQ1_0 -> List.of(new Field(52, 2, 1));
            case TQ2_0 -> List.of(new Field(64, 2, 1));
        };
    }

    /** Turns the fields of all blocks in {@code data} round, in place. */
    static void swap(TensorType type, MemorySegment data) {
        List<Field> fields = of(type);
        for (long block = 0; block < data.byteSize() && !fields.isEmpty(); block += type.blockBytes()) {
            for (Field field : fields) {
                for (int i = 0; i < field.count(); i++) {
                    swap(data, block + field.offset() + (long) i * field.width(), field.width());
                }
            }
        }
    }

    private static void swap(MemorySegment data, long at, int width) {
        switch (width) {
            case 2 -> data.set(SHORT, at, Short.reverseBytes(data.get(SHORT, at)));
            case 4 -> data.set(INT, at, Integer.reverseBytes(data.get(INT, at)));
            default -> data.set(LONG, at, Long.reverseBytes(data.get(LONG, at)));
        }
    }
}

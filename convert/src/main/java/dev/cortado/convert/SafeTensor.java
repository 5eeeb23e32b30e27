package dev.cortado.convert;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A tensor of a checkpoint.
 *
 * @param file where it stands
 * @param dtype number format as the file calls it
 * @param shape dimensions, the contiguous one last
 * @param data exactly as many bytes as shape and format ask for, where the format is one that is known
 */
record SafeTensor(Path file, String name, String dtype, long[] shape, MemorySegment data) {
    /** The number format, which must be one of plain floating point. */
    WeightType type() {
        return WeightType.of(dtype)
                .orElseThrow(() -> fault(
                        "stored as %s, one of %s expected".formatted(dtype, Arrays.toString(WeightType.values()))));
    }

    long count() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    ConvertException fault(String detail) {
        return new ConvertException("%s: tensor '%s': %s".formatted(file, name, detail));
    }
}

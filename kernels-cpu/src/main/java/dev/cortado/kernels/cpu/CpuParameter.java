package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Parameter;
import org.jspecify.annotations.Nullable;

/** A short vector on the heap. */
record CpuParameter(float[] values) implements Parameter {
    @Override
    public int length() {
        return values.length;
    }

    static float @Nullable [] values(@Nullable Parameter parameter) {
        return switch (parameter) {
            case null -> null;
            case CpuParameter own -> own.values;
            default -> throw new IllegalArgumentException("a parameter of another backend: " + parameter.getClass());
        };
    }
}

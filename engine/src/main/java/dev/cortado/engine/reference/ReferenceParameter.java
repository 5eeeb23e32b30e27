package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Parameter;
import org.jspecify.annotations.Nullable;

/** A vector on the heap. */
final class ReferenceParameter implements Parameter {
    private final float[] values;

    ReferenceParameter(float[] values) {
        this.values = values.clone();
    }

    static ReferenceParameter of(Parameter parameter) {
        if (parameter instanceof ReferenceParameter own) {
            return own;
        }
        throw new IllegalArgumentException("a parameter of %s, expected one of this backend"
                .formatted(parameter.getClass().getName()));
    }

    static @Nullable ReferenceParameter ofNullable(@Nullable Parameter parameter) {
        return parameter == null ? null : of(parameter);
    }

    @Override
    public int length() {
        return values.length;
    }

    float get(int i) {
        return values[i];
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Parameter;
import org.jspecify.annotations.Nullable;

/** Floats in device memory. */
record VulkanParameter(Region region, int length) implements Parameter {
    static VulkanParameter of(Parameter parameter) {
        if (!(parameter instanceof VulkanParameter own)) {
            throw new IllegalArgumentException("a parameter of %s, expected one of this backend"
                    .formatted(parameter.getClass().getName()));
        }
        return own;
    }

    static @Nullable VulkanParameter ofNullable(@Nullable Parameter parameter, String operand, long expected) {
        return parameter == null ? null : of(parameter, operand, expected);
    }

    /** Of {@code expected} floats. */
    static VulkanParameter of(Parameter parameter, String operand, long expected) {
        VulkanParameter own = of(parameter);
        if (own.length != expected) {
            throw new IllegalArgumentException(
                    "%s has %d floats, expected %d".formatted(operand, own.length, expected));
        }
        return own;
    }
}

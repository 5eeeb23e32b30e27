package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import dev.cortado.engine.backend.BackendException;

/** Vulkan's result codes as exceptions. */
final class VkResult {
    private VkResult() {}

    /**
     * Passes success on.
     *
     * @param doing what the call was to do, for the message: "create a buffer of 3 MiB"
     * @throws BackendException if the code is an error
     */
    static void check(int code, String doing) {
        if (code < 0) {
            throw new BackendException("Vulkan could not %s: %s".formatted(doing, text(code)));
        }
    }

    private static String text(int code) {
        return switch (code) {
            case VK_ERROR_OUT_OF_HOST_MEMORY -> "out of host memory";
            case VK_ERROR_OUT_OF_DEVICE_MEMORY ->
                "out of device memory; a smaller context or fewer layers on the GPU need less";
            case VK_ERROR_INITIALIZATION_FAILED -> "the driver could not start";
            case VK_ERROR_DEVICE_LOST -> "the device was lost (the driver reset it, or it was unplugged)";
            case VK_ERROR_MEMORY_MAP_FAILED -> "memory cannot be mapped";
            case VK_ERROR_LAYER_NOT_PRESENT -> "a layer is not installed";
            case VK_ERROR_EXTENSION_NOT_PRESENT -> "an extension is missing";
            case VK_ERROR_FEATURE_NOT_PRESENT -> "a feature is missing";
            case VK_ERROR_INCOMPATIBLE_DRIVER -> "no driver";
            case VK_ERROR_TOO_MANY_OBJECTS -> "too many objects";
            default -> "error " + code;
        };
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;

/** Prints the bytes that a model may take of the first GPU. Run in a JVM of its own by {@link VulkanProviderTest}. */
final class FreeMemory {
    private FreeMemory() {}

    public static void main(String[] arguments) {
        VulkanProvider provider = new VulkanProvider();
        try (Backend gpu = provider.open(provider.devices().getFirst(), new BackendOptions(1, true))) {
            System.out.println(gpu.freeMemory());
        }
    }
}

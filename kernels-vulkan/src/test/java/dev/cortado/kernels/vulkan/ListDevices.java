package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.BackendProvider;
import java.util.ServiceLoader;

/** What a program does that lists GPUs: a line per device. Run in a JVM of its own by {@link VulkanProviderTest}. */
final class ListDevices {
    private ListDevices() {}

    public static void main(String[] arguments) {
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            if (provider instanceof VulkanProvider) {
                System.out.println("provider");
                provider.devices().forEach(System.out::println);
                provider.devices().forEach(System.out::println); // a second question gets the same answer
            }
        }
    }
}

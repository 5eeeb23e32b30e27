package dev.cortado.cli.conformance;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The devices of all providers. */
final class Devices {
    private Devices() {}

    /**
     * Opens a device.
     *
     * @param name exactly, or the beginning of it, e.g. {@code vulkan} for the first GPU
     * @param threads 0 for all cores
     * @throws BackendException if there is none of that name; the message lists those there are
     */
    static Backend open(String name, int threads) {
        List<BackendProvider> providers = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
                .toList();
        for (BackendProvider provider : providers) {
            for (String device : provider.devices()) {
                if (device.equals(name) || device.startsWith(name + ":")) {
                    return provider.open(device, new BackendOptions(threads, true));
                }
            }
        }
        throw new BackendException("no device %s, there are %s"
                .formatted(
                        name,
                        providers.stream().flatMap(p -> p.devices().stream()).toList()));
    }
}

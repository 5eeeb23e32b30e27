package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import java.util.List;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/**
 * Offers every GPU that Vulkan 1.1 reaches, as {@code vulkan:NAME}. Without a library, a driver or a GPU it offers
 * none.
 */
public final class VulkanProvider implements BackendProvider {
    static final String PREFIX = "vulkan:";

    /** Called by {@link java.util.ServiceLoader}. */
    public VulkanProvider() {}

    /** Below the CPU's: a GPU computes when it is asked for. */
    @Override
    public int priority() {
        return -1;
    }

    @Override
    public List<String> devices() {
        return ask(PortabilityRules::names);
    }

    @Override
    public List<String> facts() {
        return ask(devices ->
                devices.stream().flatMap(device -> device.lines().stream()).toList());
    }

    private static List<String> ask(Function<List<DeviceFacts>, List<String>> question) {
        Switches switches = Switches.fromProperties();
        try (VulkanInstance instance = new VulkanInstance(switches)) {
            return question.apply(instance.devices(switches).stream()
                    .map(VulkanInstance.Device::facts)
                    .toList());
        } catch (RuntimeException | LinkageError e) { // no library or no driver: there is no GPU to offer
            LoggerFactory.getLogger(VulkanProvider.class).debug("Vulkan is not available", e);
            return List.of();
        }
    }

    @Override
    public Backend open(String device, BackendOptions options) {
        return new VulkanBackend(device, Switches.fromProperties());
    }
}

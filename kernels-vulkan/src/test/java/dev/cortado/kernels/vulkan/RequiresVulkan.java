package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A Vulkan device, if only lavapipe; where {@code CI} is set, its absence is a failure. */
final class RequiresVulkan {
    static final Switches SWITCHES = withMemory(Long.MAX_VALUE);

    private RequiresVulkan() {}

    /** Everything that lavapipe can, but float16; no pipelines are kept. */
    static Switches withMemory(long bytes) {
        return new Switches(true, true, true, true, true, false, false, Long.MAX_VALUE, bytes, null);
    }

    /** Skips the test with a line that says what to install, or fails it in CI. */
    static void assume() {
        String missing = missing();
        if (missing != null) {
            String message = "no Vulkan device with validation: apt-get install mesa-vulkan-drivers libvulkan1"
                    + " vulkan-validationlayers (" + missing + ")";
            if ("true".equals(System.getenv("CI"))) {
                fail(message);
            }
            System.err.println("skipped: " + message);
            Assumptions.abort(message);
        }
    }

    /** The backend of the first device; skips or fails as {@link #assume}. */
    static VulkanBackend open(Switches switches) {
        assume();
        try (VulkanInstance instance = new VulkanInstance(switches)) {
            List<DeviceFacts> facts = instance.devices(switches).stream()
                    .map(VulkanInstance.Device::facts)
                    .toList();
            return new VulkanBackend(PortabilityRules.names(facts).getFirst(), switches);
        }
    }

    private static String missing() {
        try (VulkanInstance instance = new VulkanInstance(SWITCHES)) {
            return instance.devices(SWITCHES).isEmpty() ? "no device" : null;
        } catch (RuntimeException | LinkageError e) {
            return e.getMessage();
        }
    }
}

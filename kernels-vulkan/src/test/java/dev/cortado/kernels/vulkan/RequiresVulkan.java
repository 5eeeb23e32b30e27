package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Assumptions;

/** A Vulkan device, if only lavapipe; where {@code CI} is set, its absence is a failure. */
final class RequiresVulkan {
    static final Switches SWITCHES = new Switches(true, true, true, true, Long.MAX_VALUE, Long.MAX_VALUE);

    private RequiresVulkan() {}

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

    private static String missing() {
        try (VulkanInstance instance = new VulkanInstance(SWITCHES)) {
            return instance.devices(SWITCHES).isEmpty() ? "no device" : null;
        } catch (RuntimeException | LinkageError e) {
            return e.getMessage();
        }
    }
}

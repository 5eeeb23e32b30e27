package dev.cortado.kernels.vulkan;

/**
 * What a developer may turn on or off, by system property.
 *
 * @param softwareDevices {@code cortado.vulkan.software}: also list devices that are really a CPU (lavapipe); false
 * @param validation {@code cortado.vulkan.validation}: Khronos' validation layer with synchronisation checks; false
 * @param subgroups {@code cortado.vulkan.subgroups}: use subgroup arithmetic where the device has it; true
 * @param pushDescriptors {@code cortado.vulkan.pushDescriptors}: use push descriptors where the device has them; true
 * @param replay {@code cortado.vulkan.replay}: submit a command buffer again when the same commands come again; true
 * @param storageRange {@code cortado.vulkan.storageRange}: bytes that one binding may span, if less than the device's
 *     limit; {@link Long#MAX_VALUE}
 * @param memory {@code cortado.vulkan.memory}: bytes of device memory to use, if less than what is free; {@link
 *     Long#MAX_VALUE}
 */
record Switches(
        boolean softwareDevices,
        boolean validation,
        boolean subgroups,
        boolean pushDescriptors,
        boolean replay,
        long storageRange,
        long memory) {
    private static final String PREFIX = "cortado.vulkan.";

    static Switches fromProperties() {
        return new Switches(
                Boolean.getBoolean(PREFIX + "software"),
                Boolean.getBoolean(PREFIX + "validation"),
                !"false".equals(System.getProperty(PREFIX + "subgroups")),
                !"false".equals(System.getProperty(PREFIX + "pushDescriptors")),
                !"false".equals(System.getProperty(PREFIX + "replay")),
                Long.getLong(PREFIX + "storageRange", Long.MAX_VALUE),
                Long.getLong(PREFIX + "memory", Long.MAX_VALUE));
    }
}

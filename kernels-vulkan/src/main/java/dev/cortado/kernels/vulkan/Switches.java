package dev.cortado.kernels.vulkan;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a developer may turn on or off, by system property.
 *
 * @param softwareDevices {@code cortado.vulkan.software}: also list devices that are really a CPU (lavapipe); false
 * @param validation {@code cortado.vulkan.validation}: Khronos' validation layer with synchronisation checks; false
 * @param subgroups {@code cortado.vulkan.subgroups}: use subgroup arithmetic where the device has it; true
 * @param pushDescriptors {@code cortado.vulkan.pushDescriptors}: use push descriptors where the device has them; true
 * @param replay {@code cortado.vulkan.replay}: submit a command buffer again when the same commands come again; true
 * @param float16 {@code cortado.vulkan.float16}: multiply many rows in float16 where the device can; false
 * @param matrices {@code cortado.vulkan.matrices}: by matrix units, where it has suitable ones, if in float16; false
 * @param storageRange {@code cortado.vulkan.storageRange}: bytes that one binding may span, if less than the device's
 *     limit; {@link Long#MAX_VALUE}
 * @param memory {@code cortado.vulkan.memory}: bytes of device memory to use, if less than what is free; {@link
 *     Long#MAX_VALUE}
 * @param pipelineFolder {@code cortado.vulkan.pipelines}: where compiled pipelines are kept, nowhere if empty; {@code
 *     ~/.cache/cortado}
 */
record Switches(
        boolean softwareDevices,
        boolean validation,
        boolean subgroups,
        boolean pushDescriptors,
        boolean replay,
        boolean float16,
        boolean matrices,
        long storageRange,
        long memory,
        @Nullable Path pipelineFolder) {
    private static final String PREFIX = "cortado.vulkan.";

    static Switches fromProperties() {
        return new Switches(
                Boolean.getBoolean(PREFIX + "software"),
                Boolean.getBoolean(PREFIX + "validation"),
                !"false".equals(System.getProperty(PREFIX + "subgroups")),
                !"false".equals(System.getProperty(PREFIX + "pushDescriptors")),
                !"false".equals(System.getProperty(PREFIX + "replay")),
                Boolean.getBoolean(PREFIX + "float16"),
                Boolean.getBoolean(PREFIX + "matrices"),
                Long.getLong(PREFIX + "storageRange", Long.MAX_VALUE),
                Long.getLong(PREFIX + "memory", Long.MAX_VALUE),
                pipelineFolderFromProperty());
    }

    private static @Nullable Path pipelineFolderFromProperty() {
        String folder = System.getProperty(PREFIX + "pipelines");
        if (folder == null) {
            Path home = Path.of(System.getProperty("user.home"));
            return home.isAbsolute() ? home.resolve(".cache").resolve("cortado") : null; // "?" where there is none
        }
        return folder.isEmpty() ? null : Path.of(folder);
    }
}

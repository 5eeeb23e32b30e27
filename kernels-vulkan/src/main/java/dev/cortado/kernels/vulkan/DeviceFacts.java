package dev.cortado.kernels.vulkan;

import java.util.List;
import java.util.Set;

/**
 * What a physical device says about itself.
 *
 * @param name as the driver spells it
 * @param kind what it is
 * @param vendor PCI vendor id
 * @param apiVersion Vulkan version, as Vulkan packs it
 * @param driver name and version of the driver
 * @param moltenVk Vulkan on top of Metal
 * @param uuid identity of the device across drivers, as hexadecimal digits
 * @param memory bytes of the largest device-local heap
 * @param extensions names of the device extensions
 * @param computeQueue index of a queue family that computes, -1 if none
 * @param subgroupSize invocations per subgroup
 * @param subgroupArithmetic subgroup additions in compute shaders
 * @param float16 arithmetic with float16
 * @param matrixShapes products that matrix units make; none without what their shaders need besides
 * @param storageRange bytes that a storage buffer binding may span
 * @param allocation bytes of the largest memory allocation
 * @param sharedMemory bytes of shared memory per workgroup
 * @param invocations invocations per workgroup
 */
record DeviceFacts(
        String name,
        Kind kind,
        int vendor,
        int apiVersion,
        String driver,
        boolean moltenVk,
        String uuid,
        long memory,
        Set<String> extensions,
        int computeQueue,
        int subgroupSize,
        boolean subgroupArithmetic,
        boolean float16,
        List<MatrixShape> matrixShapes,
        long storageRange,
        long allocation,
        int sharedMemory,
        int invocations) {
    /** What a device is, best first. */
    enum Kind {
        DISCRETE,
        INTEGRATED,
        VIRTUAL,
        OTHER,
        /** A driver that computes on the CPU. */
        SOFTWARE
    }

    /** The device in a few lines, for a bug report. */
    List<String> lines() {
        return List.of(
                "%s: %s, driver %s, Vulkan %d.%d.%d"
                        .formatted(
                                name,
                                kind.name().toLowerCase(java.util.Locale.ROOT),
                                driver,
                                apiVersion >>> 22,
                                apiVersion >>> 12 & 0x3ff,
                                apiVersion & 0xfff),
                "%s: %d MiB of device memory, allocations to %d MiB, bindings to %d MiB"
                        .formatted(name, memory >> 20, allocation >> 20, storageRange >> 20),
                "%s: subgroups of %d%s, %s float16 arithmetic, %d KiB shared memory, %d invocations per workgroup"
                        .formatted(
                                name,
                                subgroupSize,
                                subgroupArithmetic ? "" : " without arithmetic",
                                float16 ? "with" : "no",
                                sharedMemory >> 10,
                                invocations));
    }
}

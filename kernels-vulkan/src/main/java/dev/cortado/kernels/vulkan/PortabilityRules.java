package dev.cortado.kernels.vulkan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which devices are used, and which of their abilities, as functions of what loader and drivers say. */
final class PortabilityRules {
    static final String VALIDATION_LAYER = "VK_LAYER_KHRONOS_validation";
    static final String DEBUG_UTILS = "VK_EXT_debug_utils";
    static final String LAYER_SETTINGS = "VK_EXT_layer_settings";
    static final String FLOAT16 = "VK_KHR_shader_float16_int8";
    /** What shaders need that use matrix units, besides float16. */
    static final List<String> MATRICES = List.of("VK_KHR_cooperative_matrix", "VK_KHR_vulkan_memory_model");

    static final String MEMORY_BUDGET = "VK_EXT_memory_budget";
    static final String PORTABILITY_ENUMERATION = "VK_KHR_portability_enumeration";
    static final String PORTABILITY_SUBSET = "VK_KHR_portability_subset";
    static final String PUSH_DESCRIPTOR = "VK_KHR_push_descriptor";

    private static final int VULKAN_1_1 = 1 << 22 | 1 << 12;
    private static final int VENDOR_AMD = 0x1002;
    private static final int SHARED_MEMORY = 32 << 10;
    private static final int INVOCATIONS = 256;
    /** A plane's words are counted in 32-bit integers, and bindings beyond this gain nothing. */
    private static final long LARGEST_RANGE = 1L << 31;

    private static final int SMALLEST_MATRIX_SUBGROUP = 16;
    private static final int LARGEST_MATRIX_SUBGROUP = 64;

    private PortabilityRules() {}

    /**
     * Instance extensions to enable of those that exist. Portability enumeration makes a loader show MoltenVK; MoltenVK
     * loaded without a loader does not know it. Layer settings keep MoltenVK's log quiet.
     */
    static List<String> instanceExtensions(Set<String> available, boolean validation) {
        List<String> wanted = new ArrayList<>();
        if (available.contains(PORTABILITY_ENUMERATION)) {
            wanted.add(PORTABILITY_ENUMERATION);
        }
        if (available.contains(LAYER_SETTINGS)) {
            wanted.add(LAYER_SETTINGS);
        }
        if (validation) {
            wanted.add(DEBUG_UTILS);
        }
        return wanted;
    }

    /** Device extensions to enable; the portability subset must be enabled where it exists, says the specification. */
    static List<String> deviceExtensions(DeviceFacts device, Switches switches) {
        List<String> wanted = new ArrayList<>();
        if (device.extensions().contains(PORTABILITY_SUBSET)) {
            wanted.add(PORTABILITY_SUBSET);
        }
        if (pushDescriptors(device, switches)) {
            wanted.add(PUSH_DESCRIPTOR);
        }
        if (float16(device, switches)) {
            wanted.add(FLOAT16);
        }
        if (matrices(device, switches)) {
            wanted.addAll(MATRICES);
        }
        if (device.extensions().contains(MEMORY_BUDGET)) {
            wanted.add(MEMORY_BUDGET);
        }
        return wanted;
    }

    static boolean pushDescriptors(DeviceFacts device, Switches switches) {
        return switches.pushDescriptors() && device.extensions().contains(PUSH_DESCRIPTOR);
    }

    /** Subgroup arithmetic; not on AMD GPUs below MoltenVK, where it returns garbage. */
    static boolean subgroups(DeviceFacts device, Switches switches) {
        return switches.subgroups()
                && device.subgroupArithmetic()
                && device.subgroupSize() >= 4
                && !(device.moltenVk() && device.vendor() == VENDOR_AMD);
    }

    /** Products of many rows in float16: where it is asked for, because it costs accuracy. */
    static boolean float16(DeviceFacts device, Switches switches) {
        return switches.float16() && device.float16() && device.extensions().contains(FLOAT16);
    }

    /** Products of many rows by matrix units: where they are asked for and there is the shape that shaders know. */
    static boolean matrices(DeviceFacts device, Switches switches) {
        return switches.matrices()
                && float16(device, switches)
                && device.extensions().containsAll(MATRICES)
                && device.subgroupSize() >= SMALLEST_MATRIX_SUBGROUP
                && device.subgroupSize() <= LARGEST_MATRIX_SUBGROUP
                && device.matrixShapes().stream().anyMatch(MatrixShape::suits);
    }

    /** Bytes that one binding spans at most. */
    static long storageRange(DeviceFacts device, Switches switches) {
        return Math.min(LARGEST_RANGE, Math.min(device.storageRange(), switches.storageRange()));
    }

    /** Whether the shaders run on it at all. */
    static boolean usable(DeviceFacts device, Switches switches) {
        return Integer.compareUnsigned(device.apiVersion(), VULKAN_1_1) >= 0
                && device.computeQueue() >= 0
                && device.sharedMemory() >= SHARED_MEMORY
                && device.invocations() >= INVOCATIONS
                && (switches.softwareDevices() || device.kind() != DeviceFacts.Kind.SOFTWARE);
    }

    /**
     * The usable devices, best first: discrete before integrated before virtual ones, more memory before less. A GPU
     * that two drivers offer is taken once, but GPUs below MoltenVK are told apart by nothing: they all have one uuid.
     *
     * @return indices into {@code devices}
     */
    static List<Integer> choice(List<DeviceFacts> devices, Switches switches) {
        Set<String> seen = new HashSet<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            DeviceFacts device = devices.get(i);
            if (usable(device, switches) && (device.moltenVk() || seen.add(device.uuid()))) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparing((Integer i) -> devices.get(i).kind())
                .thenComparing(i -> -devices.get(i).memory()));
        return order;
    }

    /** Names for {@code --device}, in the order of the devices; the second of two equal GPUs gets {@code #2}. */
    static List<String> names(List<DeviceFacts> devices) {
        List<String> names = new ArrayList<>();
        for (DeviceFacts device : devices) {
            String name = VulkanProvider.PREFIX + device.name();
            int number = 1;
            while (names.contains(number == 1 ? name : name + " #" + number)) {
                number++;
            }
            names.add(number == 1 ? name : name + " #" + number);
        }
        return names;
    }
}

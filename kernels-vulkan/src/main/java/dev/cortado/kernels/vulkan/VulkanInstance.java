package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.EXTDebugUtils.*;
import static org.lwjgl.vulkan.KHRCooperativeMatrix.vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR;
import static org.lwjgl.vulkan.VK11.*;

import dev.cortado.engine.backend.BackendException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.EXTLayerSettings;
import org.lwjgl.vulkan.EXTValidationFeatures;
import org.lwjgl.vulkan.KHRPortabilityEnumeration;
import org.lwjgl.vulkan.VkApplicationInfo;
import org.lwjgl.vulkan.VkCooperativeMatrixPropertiesKHR;
import org.lwjgl.vulkan.VkDebugUtilsMessengerCallbackDataEXT;
import org.lwjgl.vulkan.VkDebugUtilsMessengerCallbackEXT;
import org.lwjgl.vulkan.VkDebugUtilsMessengerCreateInfoEXT;
import org.lwjgl.vulkan.VkExtensionProperties;
import org.lwjgl.vulkan.VkInstance;
import org.lwjgl.vulkan.VkInstanceCreateInfo;
import org.lwjgl.vulkan.VkLayerSettingEXT;
import org.lwjgl.vulkan.VkLayerSettingsCreateInfoEXT;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkPhysicalDeviceCooperativeMatrixFeaturesKHR;
import org.lwjgl.vulkan.VkPhysicalDeviceDriverProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceFeatures2;
import org.lwjgl.vulkan.VkPhysicalDeviceIDProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceMaintenance3Properties;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties2;
import org.lwjgl.vulkan.VkPhysicalDeviceShaderFloat16Int8Features;
import org.lwjgl.vulkan.VkPhysicalDeviceSubgroupProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceVulkanMemoryModelFeatures;
import org.lwjgl.vulkan.VkQueueFamilyProperties;
import org.lwjgl.vulkan.VkValidationFeaturesEXT;
import org.slf4j.LoggerFactory;

/** A connection to the Vulkan library, and the physical devices that it shows. */
final class VulkanInstance implements AutoCloseable {
    private static final String DRIVER_PROPERTIES = "VK_KHR_driver_properties";
    private static final int DRIVER_ID_MOLTENVK = 14;

    private final VkInstance instance;
    private final Queue<String> messages = new ConcurrentLinkedQueue<>();
    private final @Nullable VkDebugUtilsMessengerCallbackEXT callback;
    private final long messenger;

    /**
     * Connects.
     *
     * @throws RuntimeException or a {@link LinkageError} if there is no library or no driver
     */
    VulkanInstance(Switches switches) {
        VulkanLoader.load();
        List<String> extensions = PortabilityRules.instanceExtensions(instanceExtensions(), switches.validation());
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var info = VkInstanceCreateInfo.calloc(stack)
                    .sType$Default()
                    .pApplicationInfo(VkApplicationInfo.calloc(stack)
                            .sType$Default()
                            .pApplicationName(stack.UTF8("cortado"))
                            .apiVersion(VK_API_VERSION_1_1))
                    .ppEnabledExtensionNames(strings(stack, extensions));
            if (extensions.contains(PortabilityRules.PORTABILITY_ENUMERATION)) {
                info.flags(KHRPortabilityEnumeration.VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR);
            }
            if (extensions.contains(PortabilityRules.LAYER_SETTINGS)) {
                info.pNext(quietMoltenVk(stack));
            }
            if (switches.validation()) {
                info.ppEnabledLayerNames(strings(stack, List.of(PortabilityRules.VALIDATION_LAYER)));
                info.pNext(VkValidationFeaturesEXT.calloc(stack)
                        .sType$Default()
                        .pEnabledValidationFeatures(stack.ints(
                                EXTValidationFeatures.VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT)));
            }
            PointerBuffer pointer = stack.mallocPointer(1);
            VkResult.check(vkCreateInstance(info, null, pointer), "create an instance");
            instance = new VkInstance(pointer.get(0), info);
            callback = switches.validation() ? VkDebugUtilsMessengerCallbackEXT.create(this::hear) : null;
            messenger = callback == null ? 0 : messenger(stack, callback);
        }
    }

    private VkLayerSettingsCreateInfoEXT quietMoltenVk(MemoryStack stack) {
        VkLayerSettingEXT.Buffer settings = VkLayerSettingEXT.calloc(1, stack);
        ByteBuffer errorsOnly = stack.calloc(4).putInt(0, 1);
        settings.get(0)
                .pLayerName(stack.UTF8("MoltenVK"))
                .pSettingName(stack.UTF8("MVK_CONFIG_LOG_LEVEL"))
                .type(EXTLayerSettings.VK_LAYER_SETTING_TYPE_INT32_EXT)
                .valueCount(1)
                .pValues(errorsOnly);
        return VkLayerSettingsCreateInfoEXT.calloc(stack).sType$Default().pSettings(settings);
    }

    private long messenger(MemoryStack stack, VkDebugUtilsMessengerCallbackEXT callback) {
        LongBuffer handle = stack.mallocLong(1);
        var info = VkDebugUtilsMessengerCreateInfoEXT.calloc(stack)
                .sType$Default()
                .messageSeverity(
                        VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT)
                .messageType(VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT
                        | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT)
                .pfnUserCallback(callback);
        VkResult.check(vkCreateDebugUtilsMessengerEXT(instance, info, null, handle), "listen to validation");
        return handle.get(0);
    }

    private int hear(int severity, int types, long data, long user) {
        String message = VkDebugUtilsMessengerCallbackDataEXT.create(data).pMessageString();
        messages.add(message);
        LoggerFactory.getLogger(VulkanInstance.class).error("Vulkan validation: {}", message);
        return VK_FALSE;
    }

    /** What the validation layer has said so far. */
    List<String> messages() {
        return List.copyOf(messages);
    }

    private static Set<String> instanceExtensions() {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer count = stack.mallocInt(1);
            VkResult.check(
                    vkEnumerateInstanceExtensionProperties((ByteBuffer) null, count, null), "list its extensions");
            try (var properties = VkExtensionProperties.malloc(count.get(0))) {
                VkResult.check(
                        vkEnumerateInstanceExtensionProperties((ByteBuffer) null, count, properties),
                        "list its extensions");
                return names(properties);
            }
        }
    }

    private static Set<String> names(VkExtensionProperties.Buffer properties) {
        Set<String> names = new HashSet<>();
        properties.forEach(property -> names.add(property.extensionNameString()));
        return names;
    }

    static @Nullable PointerBuffer strings(MemoryStack stack, List<String> strings) {
        if (strings.isEmpty()) {
            return null;
        }
        PointerBuffer pointers = stack.mallocPointer(strings.size());
        strings.forEach(string -> pointers.put(stack.UTF8(string)));
        return pointers.flip();
    }

    /** A physical device with what it says about itself. */
    record Device(VkPhysicalDevice handle, DeviceFacts facts) {}

    /** The devices that can be used, best first. */
    List<Device> devices(Switches switches) {
        List<Device> all = new ArrayList<>();
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer count = stack.mallocInt(1);
            VkResult.check(vkEnumeratePhysicalDevices(instance, count, null), "list devices");
            PointerBuffer handles = stack.mallocPointer(count.get(0));
            if (count.get(0) > 0) {
                VkResult.check(vkEnumeratePhysicalDevices(instance, count, handles), "list devices");
            }
            for (int i = 0; i < count.get(0); i++) {
                VkPhysicalDevice handle = new VkPhysicalDevice(handles.get(i), instance);
                all.add(new Device(handle, facts(handle)));
            }
        }
        List<DeviceFacts> facts = all.stream().map(Device::facts).toList();
        return PortabilityRules.choice(facts, switches).stream().map(all::get).toList();
    }

    private static DeviceFacts facts(VkPhysicalDevice device) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            Set<String> extensions = deviceExtensions(device, stack);
            var properties = VkPhysicalDeviceProperties2.calloc(stack).sType$Default();
            var identity = VkPhysicalDeviceIDProperties.calloc(stack).sType$Default();
            var subgroup = VkPhysicalDeviceSubgroupProperties.calloc(stack).sType$Default();
            var maintenance =
                    VkPhysicalDeviceMaintenance3Properties.calloc(stack).sType$Default();
            var driver = VkPhysicalDeviceDriverProperties.calloc(stack).sType$Default();
            vkGetPhysicalDeviceProperties(device, properties.properties());
            int version = properties.properties().apiVersion();
            if (version < VK_API_VERSION_1_1) {
                return unusable(properties.properties().deviceNameString(), version);
            }
            properties.pNext(identity).pNext(subgroup).pNext(maintenance);
            if (extensions.contains(DRIVER_PROPERTIES)) {
                properties.pNext(driver);
            }
            vkGetPhysicalDeviceProperties2(device, properties);
            var limits = properties.properties().limits();
            byte[] uuid = new byte[VK_UUID_SIZE];
            identity.deviceUUID().get(uuid);
            boolean arithmetic = (subgroup.supportedOperations() & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT) != 0
                    && (subgroup.supportedStages() & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
            return new DeviceFacts(
                    properties.properties().deviceNameString(),
                    kind(properties.properties().deviceType()),
                    properties.properties().vendorID(),
                    version,
                    (driver.driverNameString() + " " + driver.driverInfoString()).strip(),
                    driver.driverID() == DRIVER_ID_MOLTENVK,
                    HexFormat.of().formatHex(uuid),
                    memory(device, stack),
                    extensions,
                    computeQueue(device, stack),
                    subgroup.subgroupSize(),
                    arithmetic,
                    extensions.contains(PortabilityRules.FLOAT16) && float16(device, stack),
                    matrixShapes(device, extensions, stack),
                    Integer.toUnsignedLong(limits.maxStorageBufferRange()),
                    maintenance.maxMemoryAllocationSize(),
                    limits.maxComputeSharedMemorySize(),
                    limits.maxComputeWorkGroupInvocations());
        }
    }

    private static boolean float16(VkPhysicalDevice device, MemoryStack stack) {
        var float16 = VkPhysicalDeviceShaderFloat16Int8Features.calloc(stack).sType$Default();
        var features =
                VkPhysicalDeviceFeatures2.calloc(stack).sType$Default().pNext(float16);
        vkGetPhysicalDeviceFeatures2(device, features);
        return float16.shaderFloat16();
    }

    private static List<MatrixShape> matrixShapes(VkPhysicalDevice device, Set<String> extensions, MemoryStack stack) {
        if (!extensions.containsAll(PortabilityRules.MATRICES)) {
            return List.of();
        }
        var matrices = VkPhysicalDeviceCooperativeMatrixFeaturesKHR.calloc(stack).sType$Default();
        var memory = VkPhysicalDeviceVulkanMemoryModelFeatures.calloc(stack).sType$Default();
        var features = VkPhysicalDeviceFeatures2.calloc(stack).sType$Default();
        vkGetPhysicalDeviceFeatures2(device, features.pNext(matrices).pNext(memory));
        if (!matrices.cooperativeMatrix() || !memory.vulkanMemoryModel()) {
            return List.of();
        }
        IntBuffer count = stack.mallocInt(1);
        VkResult.check(vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(device, count, null), "list matrix shapes");
        var properties = VkCooperativeMatrixPropertiesKHR.calloc(count.get(0), stack);
        properties.forEach(VkCooperativeMatrixPropertiesKHR::sType$Default);
        VkResult.check(
                vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(device, count, properties), "list matrix shapes");
        return properties.stream()
                .map(shape -> new MatrixShape(
                        shape.MSize(),
                        shape.NSize(),
                        shape.KSize(),
                        shape.AType(),
                        shape.BType(),
                        shape.CType(),
                        shape.ResultType(),
                        shape.scope()))
                .toList();
    }

    private static DeviceFacts unusable(String name, int version) {
        return new DeviceFacts(
                name,
                DeviceFacts.Kind.OTHER,
                0,
                version,
                "",
                false,
                "",
                0,
                Set.of(),
                -1,
                0,
                false,
                false,
                List.of(),
                0,
                0,
                0,
                0);
    }

    private static Set<String> deviceExtensions(VkPhysicalDevice device, MemoryStack stack) {
        IntBuffer count = stack.mallocInt(1);
        VkResult.check(vkEnumerateDeviceExtensionProperties(device, (ByteBuffer) null, count, null), "list extensions");
        try (var properties = VkExtensionProperties.malloc(count.get(0))) {
            VkResult.check(
                    vkEnumerateDeviceExtensionProperties(device, (ByteBuffer) null, count, properties),
                    "list extensions");
            return names(properties);
        }
    }

    private static DeviceFacts.Kind kind(int type) {
        return switch (type) {
            case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU -> DeviceFacts.Kind.DISCRETE;
            case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU -> DeviceFacts.Kind.INTEGRATED;
            case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU -> DeviceFacts.Kind.VIRTUAL;
            case VK_PHYSICAL_DEVICE_TYPE_CPU -> DeviceFacts.Kind.SOFTWARE;
            default -> DeviceFacts.Kind.OTHER;
        };
    }

    private static long memory(VkPhysicalDevice device, MemoryStack stack) {
        var memory = VkPhysicalDeviceMemoryProperties.calloc(stack);
        vkGetPhysicalDeviceMemoryProperties(device, memory);
        long largest = 0;
        for (int i = 0; i < memory.memoryHeapCount(); i++) {
            if ((memory.memoryHeaps(i).flags() & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0) {
                largest = Math.max(largest, memory.memoryHeaps(i).size());
            }
        }
        return largest;
    }

    /** A family that only computes leaves the desktop's queue alone; any that computes will do. */
    private static int computeQueue(VkPhysicalDevice device, MemoryStack stack) {
        IntBuffer count = stack.mallocInt(1);
        vkGetPhysicalDeviceQueueFamilyProperties(device, count, null);
        var families = VkQueueFamilyProperties.calloc(count.get(0), stack);
        vkGetPhysicalDeviceQueueFamilyProperties(device, count, families);
        int found = -1;
        for (int i = 0; i < families.capacity(); i++) {
            int flags = families.get(i).queueFlags();
            if ((flags & VK_QUEUE_COMPUTE_BIT) != 0 && (found < 0 || (flags & VK_QUEUE_GRAPHICS_BIT) == 0)) {
                found = i;
            }
        }
        return found;
    }

    /** The device of that name as {@link PortabilityRules#names} gives it. */
    Device device(String name, Switches switches) {
        List<Device> devices = devices(switches);
        List<String> names =
                PortabilityRules.names(devices.stream().map(Device::facts).toList());
        int index = names.indexOf(name);
        if (index < 0) {
            throw new BackendException("no Vulkan device %s; there are %s".formatted(name, names));
        }
        return devices.get(index);
    }

    @Override
    public void close() {
        if (callback != null) {
            vkDestroyDebugUtilsMessengerEXT(instance, messenger, null);
            callback.free();
        }
        vkDestroyInstance(instance, null);
    }
}

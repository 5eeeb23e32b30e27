package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import dev.cortado.engine.backend.BackendException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.vulkan.EXTMemoryBudget;
import org.lwjgl.vulkan.VkDevice;
import org.lwjgl.vulkan.VkDeviceCreateInfo;
import org.lwjgl.vulkan.VkDeviceQueueCreateInfo;
import org.lwjgl.vulkan.VkPhysicalDevice;
import org.lwjgl.vulkan.VkPhysicalDeviceCooperativeMatrixFeaturesKHR;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryBudgetPropertiesEXT;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceMemoryProperties2;
import org.lwjgl.vulkan.VkPhysicalDeviceProperties;
import org.lwjgl.vulkan.VkPhysicalDeviceShaderFloat16Int8Features;
import org.lwjgl.vulkan.VkPhysicalDeviceVulkanMemoryModelFeatures;
import org.lwjgl.vulkan.VkQueue;

/** An open device with its one queue. */
final class VulkanDevice implements AutoCloseable {
    private static final int NONE = -1;

    private final VulkanInstance instance;
    private final VkPhysicalDevice physical;
    private final DeviceFacts facts;
    private final Switches switches;
    private final VkDevice device;
    private final VkQueue queue;
    private final boolean budget;

    /** Opens the device of that name; see {@link PortabilityRules#names}. */
    VulkanDevice(String name, Switches switches) {
        this.switches = switches;
        this.instance = new VulkanInstance(switches);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            VulkanInstance.Device chosen = instance.device(name, switches);
            physical = chosen.handle();
            facts = chosen.facts();
            var extensions = PortabilityRules.deviceExtensions(facts, switches);
            budget = extensions.contains(PortabilityRules.MEMORY_BUDGET);
            var queues = VkDeviceQueueCreateInfo.calloc(1, stack);
            queues.get(0).sType$Default().queueFamilyIndex(facts.computeQueue()).pQueuePriorities(stack.floats(1));
            var info = VkDeviceCreateInfo.calloc(stack)
                    .sType$Default()
                    .pQueueCreateInfos(queues)
                    .ppEnabledExtensionNames(VulkanInstance.strings(stack, extensions));
            if (float16()) {
                info.pNext(VkPhysicalDeviceShaderFloat16Int8Features.calloc(stack)
                        .sType$Default()
                        .shaderFloat16(true));
            }
            if (matrices()) {
                info.pNext(VkPhysicalDeviceCooperativeMatrixFeaturesKHR.calloc(stack)
                                .sType$Default()
                                .cooperativeMatrix(true))
                        .pNext(VkPhysicalDeviceVulkanMemoryModelFeatures.calloc(stack)
                                .sType$Default()
                                .vulkanMemoryModel(true));
            }
            PointerBuffer pointer = stack.mallocPointer(1);
            VkResult.check(vkCreateDevice(physical, info, null, pointer), "open " + facts.name());
            device = new VkDevice(pointer.get(0), physical, info);
            vkGetDeviceQueue(device, facts.computeQueue(), 0, pointer);
            queue = new VkQueue(pointer.get(0), device);
        } catch (RuntimeException e) {
            instance.close();
            throw e;
        }
    }

    VkDevice handle() {
        return device;
    }

    VkQueue queue() {
        return queue;
    }

    DeviceFacts facts() {
        return facts;
    }

    VulkanInstance instance() {
        return instance;
    }

    boolean pushDescriptors() {
        return PortabilityRules.pushDescriptors(facts, switches);
    }

    boolean subgroups() {
        return PortabilityRules.subgroups(facts, switches);
    }

    boolean float16() {
        return PortabilityRules.float16(facts, switches);
    }

    boolean matrices() {
        return PortabilityRules.matrices(facts, switches);
    }

    /** Whether command buffers that were recorded before are submitted again. */
    boolean replays() {
        return switches.replay();
    }

    /** Where compiled pipelines are kept: a file per driver, null where none is. */
    @Nullable PipelineFile pipelineFile() {
        Path folder = switches.pipelineFolder();
        if (folder == null) {
            return null;
        }
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var properties = VkPhysicalDeviceProperties.malloc(stack);
            vkGetPhysicalDeviceProperties(physical, properties);
            byte[] uuid = new byte[VK_UUID_SIZE];
            properties.pipelineCacheUUID().get(uuid);
            return new PipelineFile(folder.resolve("vulkan-%04x-%04x-%s.pipelines"
                    .formatted(
                            properties.vendorID(),
                            properties.deviceID(),
                            HexFormat.of().formatHex(uuid))));
        }
    }

    /** Bytes that one binding spans at most. */
    long storageRange() {
        return PortabilityRules.storageRange(facts, switches);
    }

    /**
     * The first memory type among {@code allowed} (a bit per type) that has the properties {@code wanted}, or else
     * {@code needed}.
     */
    int memoryType(int allowed, int needed, int wanted) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var memory = VkPhysicalDeviceMemoryProperties.calloc(stack);
            vkGetPhysicalDeviceMemoryProperties(physical, memory);
            int type = find(memory, allowed, wanted);
            if (type == NONE) {
                type = find(memory, allowed, needed);
            }
            if (type == NONE) {
                throw new BackendException("%s has no memory of properties %x".formatted(facts.name(), needed));
            }
            return type;
        }
    }

    private static int find(VkPhysicalDeviceMemoryProperties memory, int allowed, int properties) {
        for (int i = 0; i < memory.memoryTypeCount(); i++) {
            if ((allowed & 1 << i) != 0 && (memory.memoryTypes(i).propertyFlags() & properties) == properties) {
                return i;
            }
        }
        return NONE;
    }

    /**
     * Device-local bytes that may still be allocated, where {@code taken} already are: what the driver says or, if it
     * says nothing, nine tenths of the heap.
     */
    long free(long taken) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            var memory = VkPhysicalDeviceMemoryProperties2.calloc(stack).sType$Default();
            var budgets = VkPhysicalDeviceMemoryBudgetPropertiesEXT.calloc(stack)
                    .sType(EXTMemoryBudget.VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT);
            if (budget) {
                memory.pNext(budgets.address());
            }
            vkGetPhysicalDeviceMemoryProperties2(physical, memory);
            int type = find(memory.memoryProperties(), -1, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
            int heap = type == NONE
                    ? 0
                    : memory.memoryProperties().memoryTypes(type).heapIndex();
            long free = budget
                    ? budgets.heapBudget(heap) - budgets.heapUsage(heap)
                    : memory.memoryProperties().memoryHeaps(heap).size() / 10 * 9 - taken;
            return Math.max(0, Math.min(free, switches.memory() - taken));
        }
    }

    @Override
    public void close() {
        vkDestroyDevice(device, null);
        instance.close();
    }
}

package dev.cortado.kernels.vulkan;

import static org.lwjgl.vulkan.VK11.*;

import dev.cortado.engine.backend.BackendException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.vulkan.KHRPushDescriptor;
import org.lwjgl.vulkan.VkComputePipelineCreateInfo;
import org.lwjgl.vulkan.VkDescriptorSetLayoutBinding;
import org.lwjgl.vulkan.VkDescriptorSetLayoutCreateInfo;
import org.lwjgl.vulkan.VkPipelineCacheCreateInfo;
import org.lwjgl.vulkan.VkPipelineLayoutCreateInfo;
import org.lwjgl.vulkan.VkPushConstantRange;
import org.lwjgl.vulkan.VkShaderModuleCreateInfo;

/**
 * The shaders of this module as pipelines, made when first used. All of them share one layout. What the driver compiled
 * is kept in a file. Guarded by the recorder's lock.
 */
final class Pipelines implements AutoCloseable {
    /** Storage buffers that a shader may bind. */
    static final int BINDINGS = 8;
    /** Bytes of push constants, as many as every device has. */
    static final int PUSH_BYTES = 128;

    private final VulkanDevice device;
    private final long setLayout;
    private final long layout;
    private final Map<String, Long> pipelines = new HashMap<>();
    private final @Nullable PipelineFile file;
    private final byte[] known;
    private final long cache;

    Pipelines(VulkanDevice device) {
        this.device = device;
        file = device.pipelineFile();
        known = file == null ? new byte[0] : file.read().orElse(new byte[0]);
        cache = cache(known);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer handle = stack.mallocLong(1);
            var bindings = VkDescriptorSetLayoutBinding.calloc(BINDINGS, stack);
            for (int i = 0; i < BINDINGS; i++) {
                bindings.get(i)
                        .binding(i)
                        .descriptorType(VK_DESCRIPTOR_TYPE_STORAGE_BUFFER)
                        .descriptorCount(1)
                        .stageFlags(VK_SHADER_STAGE_COMPUTE_BIT);
            }
            var setInfo = VkDescriptorSetLayoutCreateInfo.calloc(stack)
                    .sType$Default()
                    .flags(
                            device.pushDescriptors()
                                    ? KHRPushDescriptor.VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR
                                    : 0)
                    .pBindings(bindings);
            VkResult.check(
                    vkCreateDescriptorSetLayout(device.handle(), setInfo, null, handle), "make a descriptor layout");
            setLayout = handle.get(0);
            var range = VkPushConstantRange.calloc(1, stack);
            range.get(0).stageFlags(VK_SHADER_STAGE_COMPUTE_BIT).size(PUSH_BYTES);
            var info = VkPipelineLayoutCreateInfo.calloc(stack)
                    .sType$Default()
                    .pSetLayouts(stack.longs(setLayout))
                    .pPushConstantRanges(range);
            VkResult.check(vkCreatePipelineLayout(device.handle(), info, null, handle), "make a pipeline layout");
            layout = handle.get(0);
        }
    }

    /** A cache that begins with what the last run left, or empty where the driver does not want that. */
    private long cache(byte[] data) {
        ByteBuffer bytes = MemoryUtil.memAlloc(data.length).put(data).flip();
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer handle = stack.mallocLong(1);
            var info = VkPipelineCacheCreateInfo.calloc(stack).sType$Default().pInitialData(bytes);
            int result = vkCreatePipelineCache(device.handle(), info, null, handle);
            if (result != VK_SUCCESS && data.length > 0) {
                info.pInitialData(null);
                result = vkCreatePipelineCache(device.handle(), info, null, handle);
            }
            VkResult.check(result, "make a pipeline cache");
            return handle.get(0);
        } finally {
            MemoryUtil.memFree(bytes);
        }
    }

    /** Leaves what was compiled for the next run. */
    private void keep(PipelineFile target) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            if (vkGetPipelineCacheData(device.handle(), cache, size, null) != VK_SUCCESS) {
                return; // a lost device has nothing to keep
            }
            ByteBuffer bytes = MemoryUtil.memAlloc(Math.toIntExact(size.get(0)));
            try {
                if (vkGetPipelineCacheData(device.handle(), cache, size, bytes) == VK_SUCCESS) {
                    byte[] data = new byte[Math.toIntExact(size.get(0))];
                    bytes.get(data);
                    if (!Arrays.equals(data, known)) {
                        target.write(data);
                    }
                }
            } finally {
                MemoryUtil.memFree(bytes);
            }
        }
    }

    long layout() {
        return layout;
    }

    long setLayout() {
        return setLayout;
    }

    /** The pipeline of the shader that variants.txt calls so. */
    long get(String shader) {
        return pipelines.computeIfAbsent(shader, this::create);
    }

    private long create(String shader) {
        byte[] code = code(shader);
        ByteBuffer words = MemoryUtil.memAlloc(code.length);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer handle = stack.mallocLong(1);
            var moduleInfo = VkShaderModuleCreateInfo.calloc(stack)
                    .sType$Default()
                    .pCode(words.put(code).flip());
            VkResult.check(vkCreateShaderModule(device.handle(), moduleInfo, null, handle), "load shader " + shader);
            long module = handle.get(0);
            var info =
                    VkComputePipelineCreateInfo.calloc(1, stack).sType$Default().layout(layout);
            info.stage()
                    .sType$Default()
                    .stage(VK_SHADER_STAGE_COMPUTE_BIT)
                    .module(module)
                    .pName(stack.UTF8("main"));
            int result = vkCreateComputePipelines(device.handle(), cache, info, null, handle);
            vkDestroyShaderModule(device.handle(), module, null);
            VkResult.check(result, "compile shader " + shader);
            return handle.get(0);
        } finally {
            MemoryUtil.memFree(words);
        }
    }

    private static byte[] code(String shader) {
        try (InputStream stream = Pipelines.class.getResourceAsStream("shaders/" + shader + ".spv")) {
            if (stream == null) {
                throw new BackendException("there is no shader " + shader);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (file != null) {
            keep(file);
        }
        vkDestroyPipelineCache(device.handle(), cache, null);
        pipelines.values().forEach(pipeline -> vkDestroyPipeline(device.handle(), pipeline, null));
        vkDestroyPipelineLayout(device.handle(), layout, null);
        vkDestroyDescriptorSetLayout(device.handle(), setLayout, null);
    }
}

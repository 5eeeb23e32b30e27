import org.jspecify.annotations.NullMarked;

/** The Vulkan backend: compute shaders on any GPU with Vulkan 1.1, and on a Mac's through MoltenVK. */
@NullMarked
module dev.cortado.kernels.vulkan {
    requires static transitive org.jspecify;
    requires transitive dev.cortado.engine;
    requires org.lwjgl;
    requires org.lwjgl.vulkan;
    requires org.slf4j;

    provides dev.cortado.engine.backend.BackendProvider with
            dev.cortado.kernels.vulkan.VulkanProvider;
}

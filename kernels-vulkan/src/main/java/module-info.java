import org.jspecify.annotations.NullMarked;

/** The Vulkan backend. */
@NullMarked
module dev.cortado.kernels.vulkan {
    requires static transitive org.jspecify;
    requires transitive dev.cortado.engine;
}

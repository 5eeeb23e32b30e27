package dev.cortado.kernels.vulkan;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.ByteBuffer;
import java.util.List;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.FunctionProvider;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.Platform;
import org.lwjgl.vulkan.VK;

/**
 * Finds the platform's Vulkan library. LWJGL's own search prints to stderr and leaves its class unusable when nothing
 * is found, so the library is opened here first and only then handed over. On macOS it is the MoltenVK of LWJGL's jar.
 */
final class VulkanLoader {
    /** Path of the library where it is not to be searched for. */
    private static final String LIBRARY_PROPERTY = "cortado.vulkan.library";

    private static final Object LOCK = new Object();

    private VulkanLoader() {}

    /**
     * Makes LWJGL's Vulkan functions callable; the first call does it for the process.
     *
     * @throws IllegalStateException or a {@link LinkageError} if there is no library
     */
    static void load() {
        synchronized (LOCK) {
            if (Configuration.MEMORY_BACKEND.get() == null) {
                Configuration.MEMORY_BACKEND.set("ffm"); // the default goes through sun.misc.Unsafe, and the JVM warns
            }
            Configuration.VULKAN_EXPLICIT_INIT.set(true);
            if (loaded()) {
                return;
            }
            String library = System.getProperty(LIBRARY_PROPERTY);
            if (library != null) {
                create(List.of(library));
            } else {
                switch (Platform.get()) {
                    case MACOSX -> VK.create();
                    case WINDOWS -> create(List.of("vulkan-1.dll"));
                    default -> create(List.of("libvulkan.so.1", "libvulkan.so"));
                }
            }
        }
    }

    private static boolean loaded() {
        try {
            return VK.getFunctionProvider() != null;
        } catch (IllegalStateException e) { // how LWJGL says "not yet"
            return false;
        }
    }

    @SuppressWarnings("restricted") // a native library is what this class is for
    private static void create(List<String> names) {
        IllegalStateException missing = new IllegalStateException("no Vulkan library " + names);
        for (String name : names) {
            try {
                SymbolLookup symbols = SymbolLookup.libraryLookup(name, Arena.global());
                VK.create(new LibraryFunctions(symbols));
                return;
            } catch (IllegalArgumentException e) { // not there, or not a Vulkan library
                missing.addSuppressed(e);
            }
        }
        throw missing;
    }

    /** A library's functions in LWJGL's terms. */
    private record LibraryFunctions(SymbolLookup symbols) implements FunctionProvider {
        @Override
        public long getFunctionAddress(ByteBuffer name) { // ends with NUL
            return symbols.find(MemoryUtil.memASCII(MemoryUtil.memAddress(name)))
                    .map(MemorySegment::address)
                    .orElse(0L);
        }
    }
}

package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A machine without a GPU has an empty list and not a word about it. */
class VulkanProviderTest {
    @Test
    void without_a_library_there_are_no_devices_and_no_output() throws Exception {
        ChildJvm jvm = ChildJvm.run(ListDevices.class, Map.of(), "-Dcortado.vulkan.library=/nonexistent/libvulkan.so");
        assertThat(jvm).isEqualTo(new ChildJvm(0, List.of("provider"), List.of()));
    }

    @Test
    void a_library_without_vulkan_counts_as_none() throws Exception {
        Path libraries = Path.of(
                System.getProperty("java.home"), System.getProperty("os.name").startsWith("Win") ? "bin" : "lib");
        Path zip = libraries.resolve(System.mapLibraryName("zip"));
        assertThat(zip).exists();
        ChildJvm jvm = ChildJvm.run(ListDevices.class, Map.of(), "-Dcortado.vulkan.library=" + zip);
        assertThat(jvm).isEqualTo(new ChildJvm(0, List.of("provider"), List.of()));
    }

    @Test
    void without_a_driver_there_are_no_devices_and_no_output() throws Exception {
        ChildJvm jvm = ChildJvm.run(
                ListDevices.class,
                Map.of("VK_DRIVER_FILES", "/nonexistent.json", "VK_ICD_FILENAMES", "/nonexistent.json"));
        assertThat(jvm).isEqualTo(new ChildJvm(0, List.of("provider"), List.of()));
    }

    @Test
    void a_driver_that_computes_on_the_cpu_is_no_gpu_unless_it_is_asked_for() throws Exception {
        RequiresVulkan.assume();
        ChildJvm usual = ChildJvm.run(ListDevices.class, Map.of());
        ChildJvm asked = ChildJvm.run(ListDevices.class, Map.of(), "-Dcortado.vulkan.software=true");
        assertThat(usual.errors()).isEmpty();
        assertThat(asked.errors()).isEmpty();
        assertThat(asked.output()).hasSizeGreaterThanOrEqualTo(3).anyMatch(line -> line.startsWith("vulkan:llvmpipe"));
        assertThat(usual.output()).noneMatch(line -> line.startsWith("vulkan:llvmpipe"));
    }

    @Test
    void memory_is_as_much_as_a_property_allows() throws Exception {
        RequiresVulkan.assume();
        ChildJvm jvm = ChildJvm.run(
                FreeMemory.class,
                Map.of(),
                "-Dcortado.vulkan.software=true",
                "-Dcortado.vulkan.pipelines=",
                "-Dcortado.vulkan.memory=12345678");
        assertThat(jvm).isEqualTo(new ChildJvm(0, List.of("12345678"), List.of()));
    }
}

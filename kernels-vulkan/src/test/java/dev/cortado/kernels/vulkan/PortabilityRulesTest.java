package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortabilityRulesTest {
    private static final Switches DEFAULTS = switches(false, true, true, false, Long.MAX_VALUE);
    private static final int VULKAN_1_1 = 1 << 22 | 1 << 12;
    private static final int AMD = 0x1002;

    private static Switches switches(
            boolean software, boolean subgroups, boolean push, boolean float16, long range) {
        return new Switches(software, false, subgroups, push, true, float16, false, range, Long.MAX_VALUE, null);
    }

    private static DeviceFacts device(String name, DeviceFacts.Kind kind, String uuid, String... extensions) {
        return new DeviceFacts(
                name,
                kind,
                0x10de,
                VULKAN_1_1,
                "driver",
                false,
                uuid,
                8L << 30,
                Set.of(extensions),
                0,
                32,
                true,
                true,
                List.of(),
                (1L << 32) - 1,
                2L << 30,
                48 << 10,
                1024);
    }

    private static DeviceFacts moltenVk(String name, int vendor, String... extensions) {
        return new DeviceFacts(
                name,
                DeviceFacts.Kind.INTEGRATED,
                vendor,
                VULKAN_1_1,
                "MoltenVK",
                true,
                "00",
                8L << 30,
                Set.of(extensions),
                0,
                32,
                true,
                true,
                List.of(),
                (1L << 32) - 1,
                2L << 30,
                32 << 10,
                1024);
    }

    @Test
    void portability_enumeration_is_enabled_only_where_it_exists() {
        assertThat(PortabilityRules.instanceExtensions(
                        Set.of("VK_KHR_portability_enumeration", "VK_KHR_surface"), false))
                .containsExactly("VK_KHR_portability_enumeration");
        assertThat(PortabilityRules.instanceExtensions(Set.of("VK_KHR_surface"), false))
                .isEmpty();
    }

    @Test
    void the_portability_subset_is_enabled_exactly_where_a_device_lists_it() {
        DeviceFacts mac = moltenVk("Apple M2", 0x106b, "VK_KHR_portability_subset", "VK_KHR_push_descriptor");
        assertThat(PortabilityRules.deviceExtensions(mac, DEFAULTS))
                .containsExactly("VK_KHR_portability_subset", "VK_KHR_push_descriptor");
        DeviceFacts other = device("GPU", DeviceFacts.Kind.DISCRETE, "1", "VK_KHR_push_descriptor");
        assertThat(PortabilityRules.deviceExtensions(other, DEFAULTS)).containsExactly("VK_KHR_push_descriptor");
    }

    @Test
    void host_memory_is_never_imported() {
        DeviceFacts mac = moltenVk("Apple M2", 0x106b, "VK_EXT_external_memory_host");
        assertThat(PortabilityRules.deviceExtensions(mac, DEFAULTS)).isEmpty();
    }

    @Test
    void subgroups_are_off_for_amd_below_moltenvk_and_by_switch() {
        DeviceFacts gpu = device("GPU", DeviceFacts.Kind.DISCRETE, "1");
        assertThat(PortabilityRules.subgroups(gpu, DEFAULTS)).isTrue();
        assertThat(PortabilityRules.subgroups(moltenVk("Apple M2", 0x106b), DEFAULTS))
                .isTrue();
        assertThat(PortabilityRules.subgroups(moltenVk("Radeon Pro", AMD), DEFAULTS))
                .isFalse();
        Switches off = switches(false, false, false, false, Long.MAX_VALUE);
        assertThat(PortabilityRules.subgroups(gpu, off)).isFalse();
    }

    @Test
    void push_descriptors_can_be_switched_off() {
        DeviceFacts gpu = device("GPU", DeviceFacts.Kind.DISCRETE, "1", "VK_KHR_push_descriptor");
        assertThat(PortabilityRules.pushDescriptors(gpu, DEFAULTS)).isTrue();
        Switches off = switches(false, true, false, false, Long.MAX_VALUE);
        assertThat(PortabilityRules.pushDescriptors(gpu, off)).isFalse();
        assertThat(PortabilityRules.deviceExtensions(gpu, off)).isEmpty();
    }

    @Test
    void float16_is_used_where_it_is_asked_for_and_there_is_such_arithmetic() {
        DeviceFacts gpu = device("GPU", DeviceFacts.Kind.DISCRETE, "1", "VK_KHR_shader_float16_int8");
        DeviceFacts old = device("GPU", DeviceFacts.Kind.DISCRETE, "3");
        Switches asked = switches(true, true, true, true, Long.MAX_VALUE);
        assertThat(PortabilityRules.float16(gpu, asked)).isTrue();
        assertThat(PortabilityRules.deviceExtensions(gpu, asked)).containsExactly("VK_KHR_shader_float16_int8");
        assertThat(PortabilityRules.float16(old, asked)).isFalse();
        assertThat(PortabilityRules.float16(gpu, DEFAULTS)).isFalse();
        assertThat(PortabilityRules.deviceExtensions(gpu, DEFAULTS)).isEmpty();
    }

    @Test
    void matrix_units_are_used_when_they_are_asked_for_and_have_the_shape_that_shaders_know() {
        MatrixShape shape = new MatrixShape(16, 16, 16, 0, 0, 1, 1, 3);
        assertThat(shape.suits()).isTrue();
        assertThat(new MatrixShape(16, 8, 16, 0, 0, 1, 1, 3).suits()).isFalse();
        assertThat(new MatrixShape(16, 16, 16, 0, 0, 0, 0, 3).suits()).as("sums in float16").isFalse();
        assertThat(new MatrixShape(16, 16, 16, 3, 3, 5, 5, 3).suits()).as("integers").isFalse();
        assertThat(new MatrixShape(16, 16, 16, 0, 0, 1, 1, 2).suits()).as("by a workgroup").isFalse();
        MatrixShape other = new MatrixShape(16, 8, 16, 0, 0, 1, 1, 3);
        Switches asked = matrices(true, true);
        assertThat(PortabilityRules.matrices(withShapes(32, other, shape), asked)).isTrue();
        assertThat(PortabilityRules.deviceExtensions(withShapes(32, shape), asked))
                .contains("VK_KHR_cooperative_matrix", "VK_KHR_vulkan_memory_model", "VK_KHR_shader_float16_int8");
        assertThat(PortabilityRules.matrices(withShapes(32, shape), DEFAULTS)).isFalse();
        assertThat(PortabilityRules.matrices(withShapes(32, other), asked)).isFalse();
        assertThat(PortabilityRules.matrices(withShapes(32), asked)).isFalse();
        assertThat(PortabilityRules.matrices(withShapes(8, shape), asked)).isFalse();
        assertThat(PortabilityRules.matrices(withShapes(128, shape), asked)).isFalse();
        assertThat(PortabilityRules.matrices(withShapes(32, shape), matrices(false, true)))
                .isFalse();
        assertThat(PortabilityRules.deviceExtensions(withShapes(32, other), asked))
                .containsExactly("VK_KHR_shader_float16_int8");
    }

    private static Switches matrices(boolean float16, boolean matrices) {
        return new Switches(
                false, false, true, true, true, float16, matrices, Long.MAX_VALUE, Long.MAX_VALUE, null);
    }

    private static DeviceFacts withShapes(int subgroup, MatrixShape... shapes) {
        return new DeviceFacts(
                "GPU",
                DeviceFacts.Kind.DISCRETE,
                0x10de,
                VULKAN_1_1,
                "driver",
                false,
                "1",
                8L << 30,
                Set.of("VK_KHR_cooperative_matrix", "VK_KHR_vulkan_memory_model", "VK_KHR_shader_float16_int8"),
                0,
                subgroup,
                true,
                true,
                List.of(shapes),
                (1L << 32) - 1,
                2L << 30,
                48 << 10,
                1024);
    }

    @Test
    void discrete_gpus_come_before_integrated_ones_and_software_is_left_out() {
        List<DeviceFacts> devices = List.of(
                device("llvmpipe", DeviceFacts.Kind.SOFTWARE, "1"),
                device("iGPU", DeviceFacts.Kind.INTEGRATED, "2"),
                device("GPU", DeviceFacts.Kind.DISCRETE, "3"));
        assertThat(PortabilityRules.choice(devices, DEFAULTS)).containsExactly(2, 1);
        Switches software = switches(true, true, true, false, Long.MAX_VALUE);
        assertThat(PortabilityRules.choice(devices, software)).containsExactly(2, 1, 0);
    }

    @Test
    void a_gpu_of_two_drivers_is_listed_once_but_gpus_below_moltenvk_share_one_uuid() {
        DeviceFacts first = device("GPU (RADV)", DeviceFacts.Kind.DISCRETE, "7");
        DeviceFacts second = device("GPU (AMDVLK)", DeviceFacts.Kind.DISCRETE, "7");
        assertThat(PortabilityRules.choice(List.of(first, second), DEFAULTS)).containsExactly(0);
        DeviceFacts mac = moltenVk("Intel", 0x8086);
        DeviceFacts radeon = moltenVk("Radeon", AMD);
        assertThat(PortabilityRules.choice(List.of(mac, radeon), DEFAULTS)).hasSize(2);
    }

    @Test
    void vulkan_1_0_is_too_old() {
        DeviceFacts old = new DeviceFacts(
                "GPU",
                DeviceFacts.Kind.DISCRETE,
                1,
                1 << 22,
                "driver",
                false,
                "1",
                1,
                Set.of(),
                0,
                32,
                true,
                true,
                List.of(),
                1L << 30,
                1L << 30,
                32 << 10,
                1024);
        assertThat(PortabilityRules.usable(old, DEFAULTS)).isFalse();
    }

    @Test
    void equal_gpus_are_told_apart_by_number() {
        DeviceFacts gpu = device("RTX", DeviceFacts.Kind.DISCRETE, "1");
        assertThat(PortabilityRules.names(List.of(gpu, gpu, gpu)))
                .containsExactly("vulkan:RTX", "vulkan:RTX #2", "vulkan:RTX #3");
    }

    @Test
    void a_binding_spans_no_more_than_the_device_and_the_switch_allow() {
        DeviceFacts gpu = device("GPU", DeviceFacts.Kind.DISCRETE, "1");
        assertThat(PortabilityRules.storageRange(gpu, DEFAULTS)).isEqualTo(1L << 31);
        Switches small = switches(false, true, true, false, 1 << 20);
        assertThat(PortabilityRules.storageRange(gpu, small)).isEqualTo(1 << 20);
    }
}

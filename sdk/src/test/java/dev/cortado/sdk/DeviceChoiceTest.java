package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.sdk.DeviceChoice.Kind;
import org.junit.jupiter.api.Test;

class DeviceChoiceTest {
    private static DeviceChoice linux(String device) {
        return DeviceChoice.parse(device, "Linux");
    }

    @Test
    void nothing_means_the_cpu_but_on_a_mac_a_gpu_if_there_is_one() {
        assertThat(linux(null).kind()).isEqualTo(Kind.CPU);
        assertThat(linux("cpu").kind()).isEqualTo(Kind.CPU);
        assertThat(DeviceChoice.parse(null, "Mac OS X").kind()).isEqualTo(Kind.GPU_OR_CPU);
        assertThat(DeviceChoice.parse("cpu", "Mac OS X").kind()).isEqualTo(Kind.CPU);
        assertThat(DeviceChoice.parse("gpu", "Mac OS X").kind()).isEqualTo(Kind.GPU);
    }

    @Test
    void a_gpu_is_named_by_vendor_or_by_its_own_name() {
        assertThat(linux("gpu").name()).isEmpty();
        assertThat(linux("cuda").name()).isEmpty();
        assertThat(linux("nvidia").name()).isEqualTo("nvidia");
        assertThat(linux("kompute:Radeon RX").name()).isEqualTo("radeon rx");
        assertThat(linux("cuda:Tesla T4").name()).isEqualTo("tesla t4");
    }

    @Test
    void a_mac_knows_only_its_own() {
        assertThatThrownBy(() -> DeviceChoice.parse("nvidia", "Mac OS X"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Unknown device for this platform: nvidia");
    }
}

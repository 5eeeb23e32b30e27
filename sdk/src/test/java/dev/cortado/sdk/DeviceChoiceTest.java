package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.sdk.DeviceChoice.Kind;
import java.util.List;
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

    /** A provider whose devices compute with plain loops and remember how they were opened. */
    private static final class Provider implements BackendProvider {
        private final List<String> devices;
        private String opened = "";
        private int threads = -1;

        Provider(String... devices) {
            this.devices = List.of(devices);
        }

        @Override
        public List<String> devices() {
            return devices;
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public List<String> warnings() {
            return List.of(devices + " could be faster");
        }

        @Override
        public Backend open(String device, BackendOptions options) {
            opened = device;
            threads = options.threads();
            return new ReferenceBackend();
        }
    }

    private final Provider cpu = new Provider("cpu");
    private final Provider gpus = new Provider("vulkan:Tesla T4", "vulkan:Radeon RX");

    private DeviceChoice.Opened open(String device, Provider... providers) {
        return linux(device).open(7, List.of(providers));
    }

    @Test
    void without_a_gpu_none_can_be_listed_and_none_opened() {
        assertThatThrownBy(() -> DeviceChoice.gpus(List.of(cpu, new Provider())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Unable to retrieve available GPU devices");
        assertThatThrownBy(() -> open("gpu", cpu, new Provider()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Unable to retrieve available GPU devices");
        assertThat(DeviceChoice.gpus(List.of(cpu, gpus))).containsExactly("vulkan:Tesla T4", "vulkan:Radeon RX");
    }

    @Test
    void a_gpu_that_is_not_there_is_told_with_those_that_are() {
        assertThatThrownBy(() -> open("bogus", cpu, gpus))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Unable to initialize model on GPU: 'bogus'\n"
                        + "Available GPUs: ['vulkan:Tesla T4', 'vulkan:Radeon RX']");
    }

    @Test
    void a_gpu_computes_beside_the_processor() {
        try (DeviceChoice.Opened opened = open("kompute:Radeon RX", cpu, gpus)) {
            assertThat(opened.gpu()).isNotNull();
            assertThat(gpus.opened).isEqualTo("vulkan:Radeon RX");
            assertThat(cpu.opened).isEqualTo("cpu");
            assertThat(opened.warnings()).isEqualTo(gpus.warnings());
        }
    }

    @Test
    void a_mac_that_is_asked_for_nothing_takes_a_gpu_if_there_is_one() {
        DeviceChoice mac = DeviceChoice.parse(null, "Mac OS X");
        try (DeviceChoice.Opened with = mac.open(0, List.of(cpu, gpus));
                DeviceChoice.Opened without = mac.open(0, List.of(cpu))) {
            assertThat(with.gpu()).isNotNull();
            assertThat(without.gpu()).isNull();
        }
    }

    @Test
    void the_processor_gets_the_threads_that_were_asked_for() {
        open(null, cpu, gpus).close();
        assertThat(cpu.threads).isEqualTo(7);
        assertThat(gpus.opened).isEmpty();
    }

    @Test
    void without_a_backend_for_it_a_device_is_refused() {
        assertThatThrownBy(() -> open(null, gpus))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no backend for the device 'cpu' on the module or class path");
    }
}

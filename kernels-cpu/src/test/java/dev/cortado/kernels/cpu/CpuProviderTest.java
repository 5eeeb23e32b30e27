package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.kernels.cpu.startup.VectorModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuProviderTest {
    private final CpuProvider provider = new CpuProvider();

    @Test
    void it_can_be_found_on_the_module_path_and_on_the_class_path() throws IOException {
        assertThat(CpuProvider.class.getModule().getDescriptor().provides())
                .anyMatch(provides -> provides.service().equals(BackendProvider.class.getName())
                        && provides.providers().contains(CpuProvider.class.getName()));
        try (InputStream services = CpuProvider.class
                .getModule()
                .getResourceAsStream("META-INF/services/" + BackendProvider.class.getName())) {
            assertThat(services).asString(StandardCharsets.UTF_8).isEqualToIgnoringNewLines(CpuProvider.class.getName());
        }
    }

    @Test
    void another_device_is_refused() {
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> provider.open("gpu", BackendOptions.DEFAULT))
                .withMessageContaining("gpu");
    }

    @Test
    void it_warns_of_a_jvm_without_vectors_and_names_the_flag() {
        assertThat(Slowness.lines(false, 4)).singleElement().asString().contains("--add-modules jdk.incubator.vector");
        assertThat(provider.warnings().isEmpty()).isEqualTo(VectorModule.PRESENT);
    }

    @Test
    void it_warns_of_a_jvm_without_c2() {
        assertThat(Slowness.lines(true, 1)).singleElement().asString().contains("TieredStopAtLevel");
        assertThat(Slowness.lines(true, 4)).isEqualTo(List.of());
    }
}

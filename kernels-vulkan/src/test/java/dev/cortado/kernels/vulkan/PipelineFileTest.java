package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.Activations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled pipelines stay from run to run, and nothing that is wrong with their file is an error. */
class PipelineFileTest {
    private static final byte[] DATA = {3, 1, 4, 1, 5, 9};

    @TempDir
    private Path folder;

    @Test
    void what_was_written_is_read() {
        PipelineFile file = new PipelineFile(folder.resolve("a/b/gpu.pipelines"));
        assertThat(file.read()).isEmpty();
        file.write(DATA);
        assertThat(file.read()).hasValue(DATA);
        file.write(new byte[] {7});
        assertThat(file.read()).hasValue(new byte[] {7});
    }

    @Test
    void a_damaged_file_is_not_used() throws IOException {
        PipelineFile file = new PipelineFile(folder.resolve("gpu.pipelines"));
        file.write(DATA);
        byte[] bytes = Files.readAllBytes(file.path());
        bytes[bytes.length - 1] ^= 1;
        Files.write(file.path(), bytes);
        assertThat(file.read()).isEmpty();
        Files.write(file.path(), new byte[] {1, 2, 3});
        assertThat(file.read()).isEmpty();
    }

    @Test
    void a_folder_that_cannot_be_written_costs_nothing_but_the_file() throws IOException {
        Path inTheWay = Files.write(folder.resolve("cache"), DATA);
        PipelineFile file = new PipelineFile(inTheWay.resolve("gpu.pipelines"));
        file.write(DATA);
        assertThat(file.read()).isEmpty();
        assertThat(folder).isDirectoryContaining(inTheWay::equals);
    }

    @Test
    void a_device_takes_up_what_the_last_run_left() throws IOException {
        run();
        Path file = only();
        byte[] first = Files.readAllBytes(file);
        run();
        assertThat(Files.readAllBytes(only())).isEqualTo(first);
        Files.write(file, new byte[100]);
        run();
        assertThat(Files.readAllBytes(only())).isNotEqualTo(new byte[100]);
    }

    private void run() {
        Switches switches = new Switches(
                true, true, true, true, true, false, false, Long.MAX_VALUE, Long.MAX_VALUE, folder);
        VulkanBackend vulkan = RequiresVulkan.open(switches);
        try (Activations x = vulkan.activations(1, 32)) {
            x.rows(1);
            vulkan.scale(x, 2);
            x.read(0, new float[32], 0);
            assertThat(vulkan.gpu().device().instance().messages()).isEqualTo(List.of());
        } finally {
            vulkan.close();
        }
    }

    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1).allMatch(file -> file.toString().endsWith(".pipelines"));
            return all.getFirst();
        }
    }
}

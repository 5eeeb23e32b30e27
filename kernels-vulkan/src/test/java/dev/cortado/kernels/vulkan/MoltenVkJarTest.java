package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Mac gets its Vulkan from LWJGL's jar. */
class MoltenVkJarTest {
    @ParameterizedTest
    @CsvSource({"natives-macos, macos/x64", "natives-macos-arm64, macos/arm64"})
    void the_macos_jar_carries_moltenvk(String classifier, String folder) throws IOException {
        Path jar;
        try (var files = Files.list(Path.of("target/moltenvk"))) {
            jar = files.filter(file -> file.toString().endsWith(classifier + ".jar"))
                    .findFirst()
                    .orElseThrow();
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            assertThat(zip.getEntry(folder + "/org/lwjgl/vulkan/libMoltenVK.dylib"))
                    .isNotNull();
        }
    }
}

package dev.cortado.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.testkit.RealModel.PinnedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    // SHA-256 of "abc": FIPS 180-2, appendix B.1
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    Path folder;

    @Test
    void takesAModelThatIsThereWithTheRightBytes() throws Exception {
        Files.writeString(folder.resolve("abc.gguf"), "abc");
        assertThat(new ModelFolder(folder).obtain(model(3, ABC))).isEqualTo(folder.resolve("abc.gguf"));
    }

    @Test
    void namesFileFoundAndExpectedWhenTheSizeIsWrong() throws Exception {
        Files.writeString(folder.resolve("abc.gguf"), "abcd");
        assertThatThrownBy(() -> new ModelFolder(folder).obtain(model(3, ABC)))
                .isInstanceOf(ModelFolder.Unavailable.class)
                .hasMessageContaining("abc.gguf has 4 bytes, expected 3");
    }

    @Test
    void namesFileFoundAndExpectedWhenTheBytesAreWrong() throws Exception {
        Files.writeString(folder.resolve("abc.gguf"), "abd");
        assertThatThrownBy(() -> new ModelFolder(folder).obtain(model(3, ABC)))
                .isInstanceOf(ModelFolder.Unavailable.class)
                .hasMessageContaining("abc.gguf has SHA-256")
                .hasMessageContaining("expected " + ABC);
    }

    @Test
    void isNamedByTheEnvironmentOrLiesInTheUsersCache() {
        assertThat(ModelFolder.ofEnvironment(Map.of("CORTADO_MODELS", "/m")).path()).isEqualTo(Path.of("/m"));
        assertThat(ModelFolder.ofEnvironment(Map.of()).path()).endsWith(Path.of(".cache", "gpt4all"));
    }

    @Test
    @RequiresModel(RealModel.SMOLLM2)
    void givesATestTheModelItAsksFor(Path model) throws Exception {
        assertThat(model).hasFileName(RealModel.SMOLLM2).hasSize(98_362_432);
    }

    private static RealModel model(long bytes, String sha256) {
        return new RealModel("abc.gguf", List.of(new PinnedFile("abc.gguf", bytes, sha256, List.of())));
    }
}

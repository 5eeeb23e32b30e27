package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.TensorType;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConvertCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    @RequiresModel(RealModel.MINILM)
    void a_checkpoint_becomes_a_file_that_embeds(Path checkpoint) throws IOException {
        Path target = folder.resolve("minilm.gguf");
        assertThat(run("convert", checkpoint.toString(), target.toString(), "--type", "bf16", "--name", "Mini"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).startsWith(target + ": 4").endsWith(" MiB\n");
        try (GgufFile file = GgufFile.open(target)) {
            assertThat(file.metadata().requireString("general.name")).isEqualTo("Mini");
            assertThat(file.tensor("blk.0.attn_q.weight").orElseThrow().type()).isEqualTo(TensorType.BF16);
        }
    }

    @Test
    void what_cannot_be_converted_is_said_in_one_line() throws IOException {
        Path target = folder.resolve("none.gguf");
        assertThat(run("convert", folder.toString(), target.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString())
                .isEqualTo("cortado: " + folder
                        + ": neither model.safetensors nor model.safetensors.index.json is there\n");
        Files.writeString(folder.resolve("model.safetensors"), "{}");
        assertThat(run("convert", folder.toString(), target.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString()).endsWith("2 bytes long, at least 8 expected\n");
        assertThat(target).doesNotExist();
    }
}

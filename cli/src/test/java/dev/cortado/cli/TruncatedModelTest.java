package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download that broke off is the commonest damage of a model file. */
class TruncatedModelTest {
    private static final int CUTS = 20;

    @Test
    @RequiresModel(RealModel.SMOLLM2)
    void a_model_cut_anywhere_gives_one_line_that_names_the_file(Path model, @TempDir Path folder) throws IOException {
        Path cut = Files.copy(model, folder.resolve("cut.gguf"));
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
            long whole = channel.size();
            for (int i = CUTS; i >= 1; i--) { // from the end, so that one copy serves all
                long length = i == CUTS ? whole - 1 : whole * i * i / (CUTS * CUTS);
                channel.truncate(length);
                StringWriter err = new StringWriter();
                PrintWriter lines = new PrintWriter(err);
                int code = Main.execute(lines, lines, "generate", "-m", cut.toString(), "hello");
                assertThat(code).as("cut at %d", length).isEqualTo(1);
                assertThat(err.toString().strip().lines()).hasSize(1);
                assertThat(err.toString()).startsWith("cortado: ").contains("cut.gguf");
            }
        }
    }
}

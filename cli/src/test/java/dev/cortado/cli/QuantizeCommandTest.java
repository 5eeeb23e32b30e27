package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.mixture.FileType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class QuantizeCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int quantize(Object... arguments) {
        String[] line = new String[arguments.length + 1];
        line[0] = "quantize";
        for (int i = 0; i < arguments.length; i++) {
            line[i + 1] = arguments[i].toString();
        }
        return Main.execute(new PrintWriter(out), new PrintWriter(err), line);
    }

    private static Path embedded() throws IOException {
        return new ModelArguments().file();
    }

    @Test
    void the_embedded_model_becomes_floats_and_these_become_small() throws IOException {
        Path floats = folder.resolve("f16.gguf");
        Path small = folder.resolve("small.gguf");
        assertThat(quantize(embedded(), floats, "f16")).isZero();
        assertThat(quantize(floats, small, "Q4_K", "--token-embedding-type", "Q8_0", "--tensor-type", "attn_k=Q5_0"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains("bits per weight; tensors: 9 F32");
        try (GgufFile file = GgufFile.open(small)) {
            assertThat(file.metadata().integer("general.file_type")).contains(FileType.Q4_K_M.id());
            assertThat(file.tensor("token_embd.weight").orElseThrow().type()).isEqualTo(TensorType.Q8_0);
            assertThat(file.tensor("blk.1.attn_k.weight").orElseThrow().type()).isEqualTo(TensorType.Q5_0);
            assertThat(file.tensor("blk.1.attn_q.weight").orElseThrow().type()).isEqualTo(TensorType.Q4_K);
        }
    }

    @Test
    void a_dry_run_tells_types_and_writes_nothing() throws IOException {
        Path target = folder.resolve("none.gguf");
        assertThat(quantize("--dry-run", "--allow-requantize", embedded(), target, "Q6_K"))
                .isZero();
        assertThat(out.toString()).containsPattern("blk\\.0\\.attn_q\\.weight +\\[256, 256] +Q8_0 +-> Q6_K");
        assertThat(target).doesNotExist();
    }

    @Test
    void what_cannot_be_done_is_said_in_one_line() throws IOException {
        Path target = folder.resolve("none.gguf");
        assertThat(quantize(embedded(), target, "Q4_0")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString())
                .startsWith("cortado: ")
                .endsWith("is Q8_0 already, to quantise it again to Q6_K requantize must be allowed\n");
        assertThat(quantize(embedded(), target, "Q9")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("no file type Q9, one of F32, F16, BF16, Q4_0, ");
        assertThat(target).doesNotExist();
    }

    @Test
    void a_missing_importance_matrix_is_warned_of() throws IOException {
        Path target = folder.resolve("none.gguf");
        assertThat(quantize("--dry-run", "--allow-requantize", embedded(), target, "IQ1_S"))
                .isZero();
        assertThat(err.toString()).startsWith("cortado: ").endsWith("and no importance matrix: expect poor text\n");
    }
}

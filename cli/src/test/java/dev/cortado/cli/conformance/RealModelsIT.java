package dev.cortado.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cortado.testkit.Oracle;
import dev.cortado.testkit.RequiresModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Published models against what llama.cpp computes with them: prompts, greedy text, perplexity. */
class RealModelsIT {
    @Test
    @RequiresModel("SmolLM2-135M-Instruct.Q4_1.gguf")
    void smollm2(Path model) {
        assertConforms(model, "smollm2");
    }

    @Test
    @RequiresModel("gemma-3-270m-q4_k_m.gguf")
    void gemma3(Path model) {
        assertConforms(model, "gemma3");
    }

    private static void assertConforms(Path model, String name) {
        Optional<Path> goldens = Oracle.find("real");
        assumeTrue(goldens.isPresent(), "the goldens are not beside the checkout");
        StringWriter out = new StringWriter();
        int exit = new CommandLine(new ConformanceCommand())
                .setOut(new PrintWriter(out))
                .execute(
                        goldens.get().toString(),
                        "--only",
                        name,
                        "--model-path",
                        model.getParent().toString());
        assertThat(exit).as(out.toString()).isZero();
        assertThat(out.toString()).as("nothing was left out").contains("1 PASS");
    }
}

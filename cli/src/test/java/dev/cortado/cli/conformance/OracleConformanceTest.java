package dev.cortado.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cortado.testkit.Oracle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Every golden there is, where they lie beside the checkout, through the command. */
class OracleConformanceTest {
    @ParameterizedTest(name = "{0} on {1}")
    @CsvSource({"quants, reference", "quants, cpu", "arch, cpu", "tokenizer, cpu", "chat-templates, cpu", "hostile, cpu"
    })
    void passes(String kind, String backend) {
        Optional<Path> goldens = Oracle.find(kind);
        assumeTrue(goldens.isPresent(), "the goldens are not beside the checkout");
        StringWriter out = new StringWriter();
        int exit = new CommandLine(new ConformanceCommand())
                .setOut(new PrintWriter(out))
                .execute(goldens.get().toString(), "--backend", backend);
        assertThat(exit).as(out.toString()).isZero();
    }
}

package dev.cortado.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.sdk.GPT4All;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the other program is a shell script")
class CompareCommandTest {
    private static final Workload WORKLOAD = new Workload(512, 64, 2, 3);

    @TempDir
    private Path folder;

    /** A program in the place of llama-bench, which counts its starts. */
    private Path script(String name, String body) throws IOException {
        Path script = Files.writeString(folder.resolve(name), "#!/bin/sh\necho " + name + " >>" + log() + "\n" + body);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private Path log() {
        return folder.resolve("log");
    }

    private Path bench(String name, int prompt, int generation) throws IOException {
        return script(name, """
                cat <<'END'
                [
                  {"build_commit": "abc123", "n_prompt": 512, "n_gen": 0, "avg_ts": 1, "samples_ts": [1, %d, 1000]},
                  {"build_commit": "abc123", "n_prompt": 0, "n_gen": 64, "avg_ts": 1, "samples_ts": [%d]}
                ]
                END
                """.formatted(prompt, generation));
    }

    private static String table(List<Contest> contests) {
        StringWriter text = new StringWriter();
        new Table(contests, WORKLOAD).print(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void programs_take_turns_and_the_table_gives_medians_and_ratios() throws Exception {
        List<Peer> peers = List.of(new LlamaBench(bench("a", 300, 90)), new LlamaBench(bench("b", 200, 100)));
        Contest contest = Contest.run(Path.of("model.gguf"), peers, WORKLOAD, 2);
        assertThat(Files.readAllLines(log())).containsExactly("a", "b", "a", "b");
        assertThat(table(List.of(contest)))
                .contains("| model.gguf | pp512 | 300.0 | 200.0 | 1.50 |", "| model.gguf | tg64 | 90.0 | 100.0 | 0.90 |")
                .contains("llama-bench: abc123")
                .doesNotContain("geometric mean");
    }

    @Test
    void several_models_have_a_geometric_mean() throws Exception {
        List<Peer> fast = List.of(new LlamaBench(bench("a", 800, 10)), new LlamaBench(bench("b", 100, 10)));
        List<Peer> slow = List.of(new LlamaBench(bench("c", 200, 10)), new LlamaBench(bench("d", 100, 10)));
        assertThat(table(List.of(
                        Contest.run(Path.of("x"), fast, WORKLOAD, 1), Contest.run(Path.of("y"), slow, WORKLOAD, 1))))
                .contains("| geometric mean | pp512 | | | 4.00 |", "| geometric mean | tg64 | | | 1.00 |");
    }

    @Test
    void a_program_that_fails_has_no_figures_and_a_note_says_why() throws Exception {
        Path broken = script("broken", "echo 'unknown model architecture' >&2\nexit 3\n");
        List<Peer> peers = List.of(new LlamaBench(bench("a", 300, 90)), new LlamaBench(broken));
        Contest contest = Contest.run(Path.of("model.gguf"), peers, WORKLOAD, 3);
        assertThat(Files.readAllLines(log())).containsExactly("a", "broken", "a", "a");
        assertThat(table(List.of(contest)))
                .contains("| model.gguf | pp512 | 300.0 | – | – |")
                .contains("failed: " + broken + " ended with 3: unknown model architecture");
    }

    @Test
    void output_of_something_else_is_refused_with_what_was_found() {
        assertThatThrownBy(() -> Rates.ofLlamaBench("[{\"n_prompt\": 512, \"n_gen\": 0, \"samples_ts\": [5]}]"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected a prompt test and a generation test")
                .hasMessageContaining("n_prompt");
        assertThatThrownBy(() -> Rates.ofLlamaBench("error: no such model"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("samples_ts, found error: no such model");
        assertThatThrownBy(() -> Rates.ofLlamaBench("")).isInstanceOf(IOException.class);
    }

    @Test
    void the_median_of_an_even_number_is_the_mean_of_the_middle() {
        assertThat(Rates.median(4, 1, 3, 100)).isEqualTo(3.5, within(1e-12));
        assertThat(Rates.median()).isNaN();
    }

    @Test
    void this_program_runs_beside_another_and_the_table_goes_to_a_file() throws IOException {
        Path model;
        try (GPT4All embedded = new GPT4All()) {
            model = Path.of(String.valueOf(embedded.config().get("path")));
        }
        Path table = folder.resolve("table.md");
        String[] arguments = {
            "--llama-bench", bench("other", 300, 90).toString(), "--python", "no-such-python", "--pp", "16", "--tg", "4",
            "-t", "1", "-r", "1", "--rounds", "1", "-o", table.toString(), model.toString()
        };
        assertThat(new CommandLine(new CompareCommand()).execute(arguments)).as(Files.exists(table) ? Files.readString(table) : "").isZero();
        assertThat(Files.readString(table))
                .contains("vectors of ", "commit ", "1 threads, 1 rounds of 1 repetitions")
                .containsPattern("\\| " + model.getFileName() + " \\| pp16 \\| \\d+\\.\\d \\| 300\\.0 \\| \\d+\\.\\d\\d \\|")
                .containsPattern("\\| tg4 \\| \\d+\\.\\d \\| 90\\.0 \\|")
                .doesNotContain("failed");
    }
}

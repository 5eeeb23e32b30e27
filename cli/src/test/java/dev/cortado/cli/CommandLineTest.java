package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    private Path folder;

    /** What a command wrote, and its exit code. */
    private record Outcome(int code, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(code, out.toString(), err.toString());
    }

    private Path embedded() throws IOException {
        return new ModelArguments().file();
    }

    @Test
    void help_names_every_command_and_wrong_usage_has_its_own_exit_code() {
        assertThat(run("--help").out())
                .contains("chat", "generate", "inspect", "tokenize", "perplexity", "bench", "doctor", "models");
        assertThat(run("--help").code()).isZero();
        assertThat(run("inspect").code()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--no-such-option").code()).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void an_error_tells_what_help_of_its_command_tells_though_other_commands_are_not_read() {
        assertThat(run("chat", "--no-such-option").err())
                .contains("Unknown option: '--no-such-option'")
                .contains(run("chat", "--help").out());
        assertThat(run("--no-such-option").err()).contains(run("--help").out());
    }

    @Test
    void arguments_can_stand_in_a_file() throws IOException {
        Path arguments = Files.writeString(folder.resolve("arguments"), "tokenize --count --no-special hello");
        assertThat(run("@" + arguments).out().strip()).isEqualTo("2");
    }

    @Test
    void a_prompt_is_answered_with_a_story() {
        Outcome outcome = run("--temp", "0", "-n", "40", "Tell me a story about a brave rabbit");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Once upon a time, there was");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void an_answer_can_be_json() throws IOException {
        JsonNode answer = run("generate", "--json", "--temp", "0", "-n", "8", "--raw", "Once upon a time")
                .json();
        assertThat(answer.get("completion_tokens").asInt()).isEqualTo(8);
        assertThat(answer.get("finish_reason").asText()).isEqualTo("length");
        assertThat(answer.get("text").asText()).isNotEmpty();
    }

    @Test
    void a_file_is_inspected() throws IOException {
        Outcome text = run("inspect", "--tensors", embedded().toString());
        assertThat(text.out()).contains("3.3 M parameters", "general.name", "Tiny Storyteller", "blk.0.attn_q.weight");
        JsonNode json = run("inspect", "--json", embedded().toString()).json();
        assertThat(json.get("parameters").asLong()).isEqualTo(3_279_104);
        assertThat(json.get("metadata").get("tokenizer.ggml.tokens")).hasSize(2048);
        assertThat(json.get("tensors")).hasSize(39);
    }

    @Test
    void a_text_is_tokenized() throws IOException {
        JsonNode json = run("tokenize", "--json", "hello world").json();
        assertThat(json.get("ids").get(0).asInt()).isEqualTo(1);
        assertThat(json.get("count").asInt()).isEqualTo(json.get("ids").size());
        assertThat(run("tokenize", "--count", "--no-special", "hello world")
                        .out()
                        .strip())
                .isEqualTo(String.valueOf(json.get("count").asInt() - 1));
    }

    @Test
    void a_text_like_the_training_text_is_little_surprise() throws IOException {
        Path text = Files.writeString(
                folder.resolve("story.txt"),
                "Once upon a time, there was a brave rabbit named Bramble. Bramble lived in a cozy burrow under the hill.");
        JsonNode json = run("perplexity", "--json", "-f", text.toString()).json();
        assertThat(json.get("mean_nll").asDouble()).isBetween(0.01, 2.0);
        assertThat(json.get("perplexity").asDouble())
                .isCloseTo(Math.exp(json.get("mean_nll").asDouble()), org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void a_measurement_names_machine_and_jdk() {
        Outcome outcome = run("bench", "--pp", "8", "--tg", "2", "-r", "1", "--warm-up", "0");
        assertThat(outcome.out()).contains("cores", "25", "| pp8 |", "| tg2 |");
    }

    @Test
    void a_measurement_of_no_tokens_is_left_out() {
        Outcome generation = run("bench", "--pp", "0", "--tg", "2", "-r", "1", "--warm-up", "0");
        assertThat(generation.code()).isZero();
        assertThat(generation.out()).contains("| tg2 |").doesNotContain("| pp");
        Outcome prompt = run("bench", "--pp", "8", "--tg", "0", "-r", "1", "--warm-up", "0");
        assertThat(prompt.out()).contains("| pp8 |").doesNotContain("| tg");
    }

    @Test
    void the_doctor_lists_devices_and_what_is_slow() throws IOException {
        JsonNode json = run("doctor", "--json").json();
        assertThat(json.get("devices").toString()).contains("cpu", "reference");
        assertThat(json.get("vector module").asText()).isEqualTo("present");
        assertThat(run("doctor").out()).contains("model folder");
    }

    @Test
    void errors_take_one_line_unless_more_is_asked_for() throws IOException {
        Path text = Files.writeString(folder.resolve("text.gguf"), "this is no model, only some text in a file");
        Outcome brief = run("inspect", text.toString());
        assertThat(brief.code()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(brief.err().strip().lines()).hasSize(1);
        assertThat(brief.err()).startsWith("cortado: ").contains("text.gguf");
        assertThat(run("inspect", "--verbose", text.toString()).err()).contains("\tat ");
        assertThat(run("generate", "-m", text.toString(), "x").err().strip().lines())
                .hasSize(1);
        assertThat(run("generate", "-m", "/no/such/file.gguf", "x").err())
                .isEqualTo("cortado: no such file: /no/such/file.gguf" + System.lineSeparator());
    }

    @Test
    void models_in_the_folder_are_listed_and_removed() throws IOException {
        Files.write(folder.resolve("a.gguf"), new byte[3000]);
        assertThat(run("models", "list", "--model-path", folder.toString()).out())
                .contains("a.gguf", "2.9 KiB");
        assertThat(run("models", "rm", "--model-path", folder.toString(), "a.gguf")
                        .code())
                .isZero();
        assertThat(folder.resolve("a.gguf")).doesNotExist();
        assertThat(run("models", "rm", "--model-path", folder.toString(), "../b")
                        .code())
                .isEqualTo(1);
    }
}

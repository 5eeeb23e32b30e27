package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.testkit.Oracle;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a user starts it: the launcher, a process of its own, the packaged modules. */
class LauncherIT {
    @TempDir
    private Path folder;

    private record Outcome(int code, String out, String err) {}

    private Process start(String... arguments) throws IOException {
        return start(null, arguments);
    }

    private Process start(File input, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Oracle.checkout().orElseThrow().resolve("cortado").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CORTADO_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (input != null) {
            builder.redirectInput(input);
        }
        builder.redirectOutput(folder.resolve("out").toFile());
        builder.redirectError(folder.resolve("err").toFile());
        return builder.start();
    }

    private Outcome finish(Process process) throws Exception {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(),
                Files.readString(folder.resolve("out"), StandardCharsets.UTF_8),
                // the JVM tells that the vector module is an incubator module; nothing can silence it
                Files.readString(folder.resolve("err"), StandardCharsets.UTF_8)
                        .replaceAll("WARNING: Using incubator modules: .*\\R", ""));
    }

    @Test
    void a_story_from_one_command() throws Exception {
        Outcome outcome = finish(start("--temp", "0", "-n", "40", "Tell me a story about a brave rabbit"));
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Once upon a time, there was");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void the_same_seed_gives_the_same_text_in_every_cold_start() throws Exception {
        String[] arguments = {"--seed", "7", "-n", "60", "Tell me a story about a brave rabbit"};
        Outcome first = finish(start(arguments));
        assertThat(first.out()).hasSizeGreaterThan(100);
        for (int i = 0; i < 3; i++) {
            assertThat(finish(start(arguments))).isEqualTo(first);
        }
    }

    @Test
    void a_chat_is_led_line_by_line_and_saved() throws Exception {
        Path saved = folder.resolve("chat.json");
        Path lines = Files.writeString(
                folder.resolve("lines"), "/help\n/nonsense\nHello!\n/save %s\n/reset\n/quit\n".formatted(saved));
        Outcome outcome = finish(start(lines.toFile(), "chat", "--temp", "0", "-n", "30"));
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).contains("/reset", "unknown command /nonsense", "storyteller", "saved 2 messages");
        assertThat(Files.readString(saved)).contains("\"role\" : \"user\"", "Hello!", "\"role\" : \"assistant\"");
    }

    @Test
    void an_error_is_one_line_and_a_failing_exit_code() throws Exception {
        Path text = Files.writeString(folder.resolve("text.gguf"), "this is no model, only some text in a file");
        Outcome outcome = finish(start("generate", "-m", text.toString(), "x"));
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).hasSize(1).first().asString().startsWith("cortado: ");
    }

    @Test
    void an_interrupt_ends_it_cleanly() throws Exception {
        Process process = start("-n", "100000", "--repeat-penalty", "1", "--template", "Once", "x");
        while (Files.size(folder.resolve("out")) == 0 && process.isAlive()) {
            Thread.sleep(50);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
        Outcome outcome = finish(process);
        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.err()).doesNotContain("Exception");
    }
}

package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that starts its JVM without any flag, on the class path. */
class FlaglessJvmTest {
    private static final String FLAG = "--add-modules jdk.incubator.vector";

    @TempDir
    private Path home;

    private record Outcome(String out, String err) {}

    @Test
    void it_works_and_one_line_names_the_flag() throws Exception {
        Outcome outcome = run(List.of(), path -> !path.contains("slf4j-nop"));
        assertThat(outcome.out.lines()).hasSize(2).last().isEqualTo("cpu");
        assertThat(outcome.out.lines().findFirst().orElseThrow()).isEqualTo(expected().lines().findFirst().orElseThrow());
        assertThat(outcome.err.lines().filter(line -> line.contains(FLAG))).hasSize(1);
        assertThat(home.resolve(Path.of(".cache", "gpt4all"))).isDirectory();
    }

    @Test
    void with_the_flag_there_is_no_such_line() throws Exception {
        Outcome outcome = run(List.of(FLAG.split(" ")), path -> !path.contains("slf4j-nop"));
        assertThat(outcome.out.lines()).hasSize(2);
        assertThat(outcome.err).doesNotContain("cortado:");
    }

    @Test
    void who_chose_a_logger_without_output_reads_nothing() throws Exception {
        Outcome outcome = run(List.of(), path -> true);
        assertThat(outcome.out.lines()).hasSize(2);
        assertThat(outcome.err).doesNotContain(FLAG);
    }

    private static String expected() {
        try (GPT4All model = new GPT4All()) {
            return model.generate("Once upon a time", GenerateOptions.GREEDY.withMaxTokens(6));
        }
    }

    private Outcome run(List<String> flags, Predicate<String> kept) throws Exception {
        String classPath = String.join(File.pathSeparator, ChildJvm.classPath().stream().filter(kept).toList());
        Path out = home.resolve("out");
        Path err = home.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(
                        List.of("-Duser.home=" + home), classPath, StoryMain.class))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.command().addAll(1, flags);
        builder.environment().remove("CORTADO_MODELS");
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String errors = Files.readString(err, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(errors).isZero();
        return new Outcome(Files.readString(out, StandardCharsets.UTF_8), errors);
    }
}

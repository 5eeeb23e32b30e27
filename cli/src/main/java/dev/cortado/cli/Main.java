package dev.cortado.cli;

import dev.cortado.cli.conformance.ConformanceCommand;
import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.ModelLoadException;
import java.io.PrintWriter;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The program cortado. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
@Command(
        name = "cortado",
        version = "cortado 0.1.0",
        mixinStandardHelpOptions = true,
        description = "Runs language and embedding models (GGUF files) on this machine, in pure Java.",
        synopsisHeading = "",
        customSynopsis = {
            "Usage: cortado [OPTIONS] [PROMPT]   answer a prompt, or chat when there is none",
            "       cortado COMMAND [ARGUMENTS]"
        },
        footer = {"", "Without -m the small story model inside this program answers; it works offline."},
        subcommands = {
            ChatCommand.class,
            GenerateCommand.class,
            InspectCommand.class,
            QuantizeCommand.class,
            ConvertCommand.class,
            TokenizeCommand.class,
            PerplexityCommand.class,
            BenchCommand.class,
            EmbedCommand.class,
            SearchCommand.class,
            DoctorCommand.class,
            ModelsCommand.class,
            ConformanceCommand.class
        })
public final class Main implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final SamplingArguments sampling = new SamplingArguments();

    @Parameters(
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "What to say to the model; - reads standard input.")
    private @Nullable String prompt;

    @Override
    public Integer call() throws Exception {
        try (GPT4All loaded = model.load()) {
            if (prompt == null) {
                return new ChatCommand(loaded, sampling, spec.commandLine()).talk(null);
            }
            return GenerateCommand.answer(
                    loaded,
                    prompt,
                    sampling,
                    false,
                    model.quiet(),
                    spec.commandLine().getOut());
        }
    }

    /** The command line, for tests as well. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(Main::report);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    private static int report(Exception failure, CommandLine line, CommandLine.ParseResult arguments) {
        PrintWriter err = line.getErr();
        if (verbose(arguments)) {
            failure.printStackTrace(err);
        } else {
            err.println("cortado: " + sentence(failure));
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean verbose(CommandLine.ParseResult arguments) {
        return arguments.originalArgs().contains("--verbose");
    }

    /** The failure in one line: its message, or its kind where it has none. */
    static String sentence(Throwable failure) {
        String message = failure.getMessage();
        if (failure instanceof ModelLoadException && failure.getCause() != null) {
            message = failure.getCause().getMessage(); // it names file, key, found and expected
        }
        if (failure instanceof NoSuchFileException missing && missing.getReason() == null) {
            message = message != null && message.contains(" ") ? message : "no such file: " + message;
        } else if (failure instanceof AccessDeniedException) {
            message = "permission denied: " + message;
        } else if (failure instanceof UnknownHostException) {
            message = "cannot reach " + message + "; is there a network? --offline uses only what is on this machine";
        }
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}

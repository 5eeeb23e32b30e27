package dev.cortado.cli;

import dev.cortado.cli.conformance.ConformanceCommand;
import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.ModelLoadException;
import java.io.PrintWriter;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionStrategy;
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
        footer = {"", "Without -m the small story model inside this program answers; it works offline."})
public final class Main implements Callable<Integer> {
    /** In the order in which help lists them. */
    private static final List<String> COMMANDS = List.of(
            "chat",
            "generate",
            "inspect",
            "quantize",
            "convert",
            "tokenize",
            "perplexity",
            "bench",
            "embed",
            "search",
            "doctor",
            "models",
            "conformance");

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

    /**
     * Runs the program. To read the options of every command takes longer than the JVM takes to start, so only those are
     * read that the arguments name, and all of them where help or an error lists them.
     *
     * @return the exit code
     */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        List<String> words = List.of(arguments);
        if (words.stream().anyMatch(word -> word.startsWith("@"))) { // a file with more arguments
            return commandLine(COMMANDS, out, err).execute(arguments);
        }
        CommandLine named = commandLine(COMMANDS.stream().filter(words::contains).toList(), out, err);
        IExecutionStrategy run = named.getExecutionStrategy();
        named.setExecutionStrategy(parsed -> parsed.isUsageHelpRequested()
                ? commandLine(COMMANDS, out, err).execute(arguments)
                : run.execute(parsed));
        named.setParameterExceptionHandler(
                (failure, given) -> commandLine(COMMANDS, out, err).execute(arguments));
        return named.execute(arguments);
    }

    private static CommandLine commandLine(List<String> commands, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new Main());
        commands.forEach(name -> line.addSubcommand(name, command(name)));
        line.setExecutionExceptionHandler(Main::report);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        return line.setOut(out).setErr(err);
    }

    private static Object command(String name) {
        return switch (name) {
            case "chat" -> new ChatCommand();
            case "generate" -> new GenerateCommand();
            case "inspect" -> new InspectCommand();
            case "quantize" -> new QuantizeCommand();
            case "convert" -> new ConvertCommand();
            case "tokenize" -> new TokenizeCommand();
            case "perplexity" -> new PerplexityCommand();
            case "bench" -> new BenchCommand();
            case "embed" -> new EmbedCommand();
            case "search" -> new SearchCommand();
            case "doctor" -> new DoctorCommand();
            case "models" -> new ModelsCommand();
            case "conformance" -> new ConformanceCommand();
            default -> throw new IllegalArgumentException(name);
        };
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
        System.exit(execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
    }
}

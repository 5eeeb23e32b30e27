package dev.cortado.cli;

import dev.cortado.convert.ConvertOptions;
import dev.cortado.convert.Converter;
import dev.cortado.convert.OutputType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = "Makes a GGUF file of a Hugging Face checkpoint folder.",
        footer = {
            "",
            "Llama, Mistral, Qwen 2, Qwen 3, Gemma 3 and BERT; config.json, safetensors and the tokenizer's files."
        })
final class ConvertCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "The checkpoint.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path folder;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The new file; it appears when it is complete.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path target;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "For matrices: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, BF16 stays BF16, else F16).")
    private OutputType type = OutputType.AUTO;

    @Option(names = "--name", paramLabel = "NAME", description = "The model's name (default: the folder's).")
    private @Nullable String name;

    @Option(
            names = "--pre",
            paramLabel = "NAME",
            description = "The pre-tokenizer, where its definition is of no known kind.")
    private @Nullable String preTokenizer;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no notes.")
    private boolean quiet;

    @Option(names = "--verbose", description = "Errors with their stack trace.")
    private boolean verbose;

    @Override
    public Integer call() throws IOException {
        try (Progress progress = Progress.bar("Converting", quiet)) {
            Converter.convert(folder, target, options(progress));
        }
        if (!quiet) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(target + ": " + Progress.bytes(Files.size(target)));
            out.flush();
        }
        return 0;
    }

    private ConvertOptions options(Progress progress) {
        ConvertOptions options = ConvertOptions.DEFAULT
                .withType(type)
                .withListener((tensor, done, total) -> progress.update(done, total));
        if (name != null) {
            options = options.withName(name);
        }
        return preTokenizer == null ? options : options.withPreTokenizer(preTokenizer);
    }
}

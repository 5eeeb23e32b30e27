package dev.cortado.cli.conformance;

import dev.cortado.engine.backend.Backend;
import dev.cortado.sdk.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares what this program computes with goldens: data with known results. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = {
            "Compares what this program computes with goldens, data with known results.",
            "Kinds are told by structure: tensors X and X.expected in a GGUF file; a JSON with prompt or sequences"
                    + " beside a model; tokenizer cases; prompts and perplexity of a published model; hostile files;"
                    + " embeddings; chat templates."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing failed", "1:something failed, or nothing was found", "2:wrong usage"})
public final class ConformanceCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder of goldens, searched with its sub-folders.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path folder;

    @Option(
            names = {"-b", "--backend"},
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "reference, cpu, vulkan, or a device by its full name (default: ${DEFAULT-VALUE}).")
    private String backend = "cpu";

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute (default: the cores this process may use).")
    private int threads = 0;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only goldens whose name contains a match.")
    private @Nullable Pattern only;

    @Option(
            names = "--model-path",
            paramLabel = "FOLDER",
            description = "Where models are that do not lie beside their golden (default: CORTADO_MODELS, else"
                    + " ~/.cache/gpt4all).")
    private @Nullable Path models;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Option(names = "--families", paramLabel = "FILE", description = "Write the table of model families, with what passed.")
    private @Nullable Path families;

    /** For picocli. */
    public ConformanceCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder + " is no folder");
        }
        List<Golden> goldens = new ArrayList<>(GoldenFinder.below(folder));
        if (only != null) {
            Pattern pattern = only;
            goldens.removeIf(golden -> !pattern.matcher(golden.name()).find());
        }
        FamilyTable table = new FamilyTable();
        Report report = new Report(spec.commandLine().getOut(), json);
        try (Backend opened = Devices.open(backend, threads);
                HostileProcess probe = new HostileProcess(backend)) {
            Setup setup = new Setup(opened, backend, new ModelLocator(List.of(folder, modelFolder())), probe);
            for (Golden golden : goldens) {
                Outcome outcome = outcome(golden, setup);
                report.add(golden.name(), outcome);
                table.add(golden.architecture(setup), outcome);
            }
        }
        report.close();
        if (families != null) {
            table.write(families, backend);
        }
        return report.count(Verdict.FAIL) > 0 || report.total() == 0 ? 1 : 0;
    }

    private Path modelFolder() {
        return models == null ? ModelFiles.defaultFolder() : models;
    }

    /** A golden's own failure is a line of the report, not the end of it. */
    private static Outcome outcome(Golden golden, Setup setup) {
        try {
            return golden.check(setup);
        } catch (IOException | RuntimeException e) {
            return Outcome.failed(e.toString());
        }
    }
}

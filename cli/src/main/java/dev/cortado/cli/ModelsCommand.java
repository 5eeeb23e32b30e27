package dev.cortado.cli;

import dev.cortado.sdk.DownloadListener;
import dev.cortado.sdk.ModelFiles;
import dev.cortado.sdk.Sources;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Lists, downloads, verifies and removes models.")
final class ModelsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--model-path", paramLabel = "FOLDER", description = "Folder of models.", scope = ScopeType.INHERIT)
    private @Nullable Path folder;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no notes.",
            scope = ScopeType.INHERIT)
    private boolean quiet;

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private Path folder() {
        return folder == null ? ModelFiles.defaultFolder() : folder;
    }

    private ModelFiles files(DownloadListener listener) {
        return new ModelFiles(folder(), Sources.ofEnvironment(System.getenv()), listener);
    }

    @Command(name = "list", description = "Lists the models in the folder, or with --all those of the catalogue.")
    int list(@Option(names = "--all", description = "The catalogue.") boolean all) throws IOException {
        if (all) {
            for (Map<String, Object> model : files(DownloadListener.SILENT).listModels()) {
                out().printf(
                                Locale.ROOT,
                                "%-52s %10s  %s%n",
                                model.get("filename"),
                                Progress.bytes(Long.parseLong(String.valueOf(model.getOrDefault("filesize", "0")))),
                                model.get("name"));
            }
        } else if (Files.isDirectory(folder())) {
            try (Stream<Path> files = Files.list(folder())) {
                for (Path file : files.filter(f -> f.toString().endsWith(".gguf"))
                        .sorted()
                        .toList()) {
                    out().printf("%-52s %10s%n", file.getFileName(), Progress.bytes(Files.size(file)));
                }
            }
        }
        out().flush();
        return 0;
    }

    @Command(name = "pull", description = "Downloads a model, or completes its download.")
    int pull(@Parameters(paramLabel = "MODEL", description = "As for --model.") String model) throws IOException {
        Files.createDirectories(folder());
        try (DownloadBar bar = new DownloadBar(quiet)) {
            Map<String, Object> config =
                    files(quiet ? DownloadListener.SILENT : bar).retrieve(model, true, false);
            out().println(config.get("path"));
            out().flush();
        }
        return 0;
    }

    @Command(name = "verify", description = "Compares the models in the folder with the catalogue's checksums.")
    int verify(
            @Parameters(arity = "0..*", paramLabel = "FILE", description = "Only these.") @Nullable List<String> names)
            throws IOException {
        int wrong = 0;
        try (DownloadBar bar = new DownloadBar(quiet)) {
            Map<String, String> results = files(bar).verify(names == null ? List.of() : names);
            for (Map.Entry<String, String> result : results.entrySet()) {
                out().printf("%-52s %s%n", result.getKey(), result.getValue());
                wrong += result.getValue().startsWith("WRONG") ? 1 : 0;
            }
        }
        out().flush();
        return wrong == 0 ? 0 : 1;
    }

    @Command(name = "rm", description = "Removes models from the folder.")
    int remove(@Parameters(arity = "1..*", paramLabel = "FILE", description = "File names.") List<String> names)
            throws IOException {
        for (String name : names) {
            files(DownloadListener.SILENT).remove(name);
        }
        return 0;
    }
}

package dev.cortado.cli;

import dev.cortado.engine.backend.KvShape;
import dev.cortado.sdk.DownloadListener;
import dev.cortado.sdk.GPT4All;
import dev.cortado.sdk.ModelFiles;
import dev.cortado.sdk.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model runs where: shared by every command that computes. */
final class ModelArguments {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            description =
                    "A file, a name in the model folder or catalogue, hf.co/OWNER/REPOSITORY[:QUANT], or an address.")
    private @Nullable String model;

    @Option(
            names = "--model-path",
            paramLabel = "FOLDER",
            description = "Folder of models (default: CORTADO_MODELS, else ~/.cache/gpt4all).")
    private @Nullable Path folder;

    @Option(
            names = {"-d", "--device"},
            paramLabel = "DEVICE",
            description = "cpu, reference, gpu, or the name of a GPU; see 'cortado doctor'.")
    private @Nullable String device;

    @Option(names = "--ngl", paramLabel = "LAYERS", description = "Layers on the GPU (default: all).")
    private int ngl = 100;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute (default: the cores this process may use).")
    private int threads = 0;

    @Option(
            names = {"-c", "--ctx"},
            paramLabel = "TOKENS",
            description = "Context length (default: ${DEFAULT-VALUE}).")
    private int context = 2048;

    @Option(names = "--kv", paramLabel = "TYPE", description = "Number format of the cache: ${COMPLETION-CANDIDATES}.")
    private KvShape.Type kvType = KvShape.Type.F16;

    @Option(names = "--offline", description = "Download nothing.")
    private boolean offline;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no notes.")
    private boolean quiet;

    @Option(names = "--verbose", description = "Tell more; errors with their stack trace.")
    private boolean verbose;

    boolean quiet() {
        return quiet;
    }

    Path folder() {
        return folder == null ? ModelFiles.defaultFolder() : folder;
    }

    GPT4All load() throws IOException {
        return load(context);
    }

    /** Loads the model, downloading it if need be, with a bar while it takes long; tells what makes it slow here. */
    GPT4All load(int contextLength) throws IOException {
        GPT4All loaded = loadWithBar(contextLength);
        if (!quiet) {
            loaded.warnings().forEach(warning -> System.err.println("cortado: " + warning));
        }
        return loaded;
    }

    private GPT4All loadWithBar(int contextLength) throws IOException {
        GPT4All.Builder builder = model == null ? GPT4All.builder() : GPT4All.builder(file().toString());
        try (Progress progress = Progress.bar("Loading", quiet)) {
            return builder.modelPath(folder())
                    .device(device)
                    .ngl(ngl)
                    .nThreads(threads)
                    .nCtx(contextLength)
                    .kvType(kvType)
                    .verbose(verbose)
                    .allowDownload(false)
                    .progress(fraction -> progress.update((long) (fraction * 1000), 1000))
                    .build();
        }
    }

    /** Loads an embedding model; all-MiniLM-L6-v2 when none is named. */
    GPT4All loadEmbedder() throws IOException {
        if (model == null) {
            model = "all-MiniLM-L6-v2.gguf2.f16.gguf";
        }
        return load();
    }

    /** The model's file, downloaded if need be. */
    Path file() throws IOException {
        if (model == null) {
            try (GPT4All embedded = GPT4All.builder().modelPath(folder()).build()) {
                return Path.of(String.valueOf(embedded.config().get("path")));
            }
        }
        Path given = Path.of(model);
        if (!model.contains("://") && Files.isRegularFile(given)) {
            return given.toAbsolutePath();
        }
        boolean path = given.isAbsolute() || model.startsWith(".") || model.startsWith("~");
        if (path && !model.contains("://")) {
            throw new NoSuchFileException(model);
        }
        Files.createDirectories(folder());
        try (DownloadBar bar = new DownloadBar(quiet)) {
            ModelFiles files = new ModelFiles(folder(), Sources.ofEnvironment(System.getenv()), listener(bar));
            boolean there = files.has(model); // needs no look into the catalogue
            Map<String, Object> config = files.retrieve(model, !offline && !there, verbose);
            return Path.of(String.valueOf(config.get("path")));
        }
    }

    private DownloadListener listener(DownloadBar bar) {
        return quiet ? DownloadListener.SILENT : bar;
    }
}

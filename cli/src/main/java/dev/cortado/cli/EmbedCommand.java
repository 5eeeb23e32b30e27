package dev.cortado.cli;

import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.EmbedOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        description = "Turns texts, one per line, into vectors.",
        footer = {
            "",
            "Example: printf 'hello\\nworld\\n' | cortado embed -m all-MiniLM-L6-v2.gguf2.f16.gguf",
            "The .npy format holds one float32 array [texts x dimensions]."
        })
final class EmbedCommand implements Callable<Integer> {
    enum Format {
        JSONL,
        CSV,
        NPY
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final EmbeddingArguments embedding = new EmbeddingArguments();

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "Files of texts; standard input without any.")
    private List<Path> files = List.of();

    @Option(names = "--format", paramLabel = "FORMAT", description = "${COMPLETION-CANDIDATES} (default: jsonl).")
    private Format format = Format.JSONL;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write; standard output without it, needed for npy.")
    private @Nullable Path output;

    @Override
    public Integer call() throws IOException {
        if (format == Format.NPY && output == null) {
            throw new IllegalArgumentException("--format npy needs --output FILE");
        }
        try (Embed4All embedder = new Embed4All(model.loadEmbedder());
                Progress progress = Progress.counting("Embedding", Progress.Unit.TEXTS, model.quiet())) {
            EmbedOptions options = embedding.options();
            try (Vectors vectors = open()) {
                int[] done = {0};
                embedder.embed(lines(), options, vector -> {
                    vectors.write(vector);
                    progress.update(++done[0], 0);
                });
                vectors.finish();
            }
        }
        return 0;
    }

    private Vectors open() throws IOException {
        if (format == Format.NPY && output != null) {
            return new NpyVectors(output);
        }
        PrintWriter out = output == null
                ? spec.commandLine().getOut()
                : new PrintWriter(Files.newBufferedWriter(output, StandardCharsets.UTF_8));
        return new TextVectors(out, output != null, format == Format.CSV);
    }

    /** The lines of all files, read on demand. */
    private Iterator<String> lines() throws IOException {
        List<BufferedReader> readers = new ArrayList<>();
        if (files.isEmpty()) {
            readers.add(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        }
        for (Path file : files) {
            readers.add(Files.newBufferedReader(file, StandardCharsets.UTF_8));
        }
        return readers.stream().flatMap(BufferedReader::lines).iterator();
    }

    /** Receives vectors one by one. */
    interface Vectors extends AutoCloseable {
        void write(float[] vector);

        /** All have come. */
        void finish() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** One vector a line. */
    private record TextVectors(PrintWriter out, boolean owned, boolean csv) implements Vectors {
        @Override
        public void write(float[] vector) {
            StringBuilder line = new StringBuilder(vector.length * 12);
            line.append(csv ? "" : "[");
            for (int i = 0; i < vector.length; i++) {
                line.append(i == 0 ? "" : ",").append(vector[i]);
            }
            out.println(line.append(csv ? "" : "]"));
        }

        @Override
        public void finish() throws IOException {
            out.flush();
            if (out.checkError()) {
                throw new IOException("the vectors cannot be written");
            }
        }

        @Override
        public void close() {
            if (owned) {
                out.close();
            }
        }
    }
}

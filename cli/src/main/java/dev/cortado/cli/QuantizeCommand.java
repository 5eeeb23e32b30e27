package dev.cortado.cli;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.mixture.FileQuantizer;
import dev.cortado.gguf.mixture.FileType;
import dev.cortado.gguf.mixture.ImportanceMatrix;
import dev.cortado.gguf.mixture.QuantizationListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        description = "Writes a model file anew with smaller weights.",
        footer = {"", "F32, F16 and BF16 files are for quantising; anything else loses twice (--allow-requantize)."})
final class QuantizeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "The file, or any part of a split one.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The new file; it appears when it is complete.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path target;

    @Parameters(
            index = "2",
            paramLabel = "TYPE",
            converter = FileTypes.class,
            completionCandidates = FileTypes.class,
            description = "${COMPLETION-CANDIDATES}; Q3_K, Q4_K and Q5_K mean the medium one.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private FileType type;

    @Option(
            names = "--imatrix",
            paramLabel = "FILE",
            description = "Importance of every column, as llama-imatrix measures it.")
    private @Nullable Path importance;

    @Option(names = "--pure", description = "The same type for all matrices.")
    private boolean pure;

    @Option(names = "--allow-requantize", description = "Quantise what is quantised already.")
    private boolean requantize;

    @Option(names = "--output-tensor-type", paramLabel = "TYPE", description = "For the output matrix.")
    private @Nullable TensorType outputType;

    @Option(names = "--token-embedding-type", paramLabel = "TYPE", description = "For the token embeddings.")
    private @Nullable TensorType embeddingType;

    @Option(
            names = "--tensor-type",
            paramLabel = "NAME=TYPE",
            description = "For tensors in whose name the regular expression is found; may be repeated.")
    private Map<String, TensorType> tensorTypes = new LinkedHashMap<>();

    @Option(names = "--dry-run", description = "Write nothing, tell types and sizes.")
    private boolean dryRun;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute (default: the cores this process may use).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no notes.")
    private boolean quiet;

    @Option(names = "--verbose", description = "Errors with their stack trace.")
    private boolean verbose;

    /** Names of file types, in upper or lower case. */
    static final class FileTypes implements ITypeConverter<FileType>, Iterable<String> {
        @Override
        public FileType convert(String name) {
            return FileType.named(name)
                    .orElseThrow(() -> new TypeConversionException(
                            "no file type " + name + ", one of " + String.join(", ", this) + " expected"));
        }

        @Override
        public Iterator<String> iterator() {
            return Stream.of(FileType.values()).map(FileType::name).iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (GgufFile file = GgufFile.open(source);
                Progress progress = Progress.bar("Quantising", quiet)) {
            FileQuantizer quantizer = quantizer(file, progress);
            Map<Tensor, TensorType> plan = dryRun ? quantizer.plan() : quantizer.write(target);
            if (dryRun) {
                printPlan(plan, out);
            }
            if (!quiet) {
                printSummary(file, plan, out);
            }
        }
        out.flush();
        return 0;
    }

    private FileQuantizer quantizer(GgufFile file, Progress progress) throws IOException {
        FileQuantizer quantizer = new FileQuantizer(file, type)
                .pure(pure)
                .requantize(requantize)
                .threads(threads)
                .listener(listener(progress));
        if (importance != null) {
            quantizer.importance(ImportanceMatrix.read(importance));
        }
        if (outputType != null) {
            quantizer.override("^output\\.weight$", outputType);
        }
        if (embeddingType != null) {
            quantizer.override("^(per_layer_)?token_embd\\.weight$", embeddingType);
        }
        tensorTypes.forEach(quantizer::override);
        return quantizer;
    }

    private QuantizationListener listener(Progress progress) {
        return new QuantizationListener() {
            @Override
            public void progress(long done, long total) {
                progress.update(done, total);
            }

            @Override
            public void warning(String message) {
                if (!quiet) {
                    PrintWriter err = spec.commandLine().getErr();
                    err.println("cortado: " + message);
                    err.flush();
                }
            }
        };
    }

    private static void printPlan(Map<Tensor, TensorType> plan, PrintWriter out) {
        int width = plan.keySet().stream()
                .mapToInt(tensor -> tensor.name().length())
                .max()
                .orElse(0);
        plan.forEach((tensor, type) -> out.printf(
                Locale.ROOT,
                "%-" + width + "s  %-22s %-8s -> %-8s %12s%n",
                tensor.name(),
                tensor.shapeText(),
                tensor.type(),
                type,
                Progress.bytes(type.bytes(tensor.count()))));
    }

    private void printSummary(GgufFile file, Map<Tensor, TensorType> plan, PrintWriter out) throws IOException {
        long weights = plan.keySet().stream().mapToLong(Tensor::count).sum();
        long before = plan.keySet().stream().mapToLong(Tensor::bytes).sum();
        long after = plan.entrySet().stream()
                .mapToLong(entry -> entry.getValue().bytes(entry.getKey().count()))
                .sum();
        Map<TensorType, Integer> counts = new EnumMap<>(TensorType.class);
        plan.values().forEach(each -> counts.merge(each, 1, Integer::sum));
        List<String> types = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .toList();
        out.printf(
                Locale.ROOT,
                "%s: %s of weights become %s, %.2f bits per weight; tensors: %s%n",
                dryRun ? file.path() : target,
                Progress.bytes(before),
                Progress.bytes(after),
                8.0 * after / Math.max(1, weights),
                String.join(", ", types));
        if (!dryRun) {
            out.printf(Locale.ROOT, "%s on the disk%n", Progress.bytes(Files.size(target)));
        }
    }
}

package dev.cortado.gguf.mixture;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorSink;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Quantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model file anew with its matrices quantised. Set what shall be otherwise than usual, then {@link #write}.
 * All cores work, memory stays at a few MiB for each whatever the size of the model, and the new file appears when it
 * is complete. Not thread-safe.
 */
public final class FileQuantizer {
    /** The version of ggml's block layouts that the formats of this module follow. */
    private static final int QUANTIZATION_VERSION = 2;

    private final GgufFile source;
    private final FileType fileType;
    private final Map<Pattern, TensorType> overrides = new LinkedHashMap<>();
    private @Nullable ImportanceMatrix importance;
    private boolean pure;
    private boolean requantize;
    private int threads = Runtime.getRuntime().availableProcessors();
    private QuantizationListener listener = QuantizationListener.NONE;

    /**
     * @param source stays open until the file is written
     * @param fileType what to quantise to
     */
    public FileQuantizer(GgufFile source, FileType fileType) {
        this.source = source;
        this.fileType = fileType;
    }

    /** Weighs errors by what the columns are multiplied with. */
    public FileQuantizer importance(ImportanceMatrix matrix) {
        this.importance = matrix;
        return this;
    }

    /** Gives every matrix the file type's own tensor type, without the usual exceptions. */
    public FileQuantizer pure(boolean pure) {
        this.pure = pure;
        return this;
    }

    /** Allows to quantise what is quantised already, which adds the errors of both; otherwise it is refused. */
    public FileQuantizer requantize(boolean allowed) {
        this.requantize = allowed;
        return this;
    }

    /** Tensors in whose name the expression is found get {@code type}; the expression given first decides. */
    public FileQuantizer override(String expression, TensorType type) {
        if (!Quantizer.writes(type)) {
            throw new IllegalArgumentException("weights cannot be quantised to " + type);
        }
        overrides.put(Pattern.compile(expression), type);
        return this;
    }

    /** How many threads work; all cores if nothing is said. */
    public FileQuantizer threads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("%d threads, at least 1 expected".formatted(threads));
        }
        this.threads = threads;
        return this;
    }

    /** Who hears how it gets on. */
    public FileQuantizer listener(QuantizationListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * What every tensor will be, in file order: for a preview, and to tell the size beforehand. Warns the listener where
     * an importance matrix is missing.
     *
     * @throws GgufFormatException if a tensor is quantised already and {@link #requantize} does not allow it, or does not
     *     match the importance matrix
     */
    public Map<Tensor, TensorType> plan() {
        Map<String, TensorType> types = Mixture.of(source, fileType, importance != null);
        Map<Tensor, TensorType> plan = new LinkedHashMap<>();
        for (Tensor tensor : source.tensors()) {
            TensorType type = types.getOrDefault(tensor.name(), tensor.type());
            plan.put(tensor, Mixture.quantises(tensor) ? chosen(tensor, type) : tensor.type());
        }
        check(plan);
        return plan;
    }

    private TensorType chosen(Tensor tensor, TensorType usual) {
        for (Map.Entry<Pattern, TensorType> override : overrides.entrySet()) {
            if (override.getKey().matcher(tensor.name()).find()) {
                return Fallback.of(override.getValue(), tensor.columns());
            }
        }
        return pure ? Fallback.of(fileType.tensorType(), tensor.columns()) : usual;
    }

    /**
     * Writes the file.
     *
     * @return the {@link #plan} that was carried out
     * @throws GgufFormatException as {@link #plan} does, and if weights are not finite or too large for their type
     * @throws IllegalArgumentException if {@code target} is the source
     */
    public Map<Tensor, TensorType> write(Path target) throws IOException {
        if (Files.exists(target) && Files.isSameFile(target, source.path())) {
            throw new IllegalArgumentException("%s would be overwritten while it is read".formatted(target));
        }
        Map<Tensor, TensorType> plan = plan();
        GgufWriter writer = new GgufWriter().putAll(source.metadata());
        describe(writer);
        Progress progress =
                new Progress(plan.keySet().stream().mapToLong(Tensor::count).sum(), listener);
        try (ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("quantize-", 0).daemon().factory())) {
            plan.forEach((tensor, type) -> writer.add(
                    tensor.name(), type, tensor.shape(), sink -> writeTensor(tensor, type, workers, progress, sink)));
            writer.write(target);
        }
        return plan;
    }

    private void writeTensor(
            Tensor tensor, TensorType type, ExecutorService workers, Progress progress, TensorSink sink)
            throws IOException {
        listener.tensor(tensor, type);
        if (type == tensor.type()) {
            sink.write(tensor.data());
            progress.add(tensor.count());
        } else {
            new TensorQuantizer(tensor, type, importanceOf(tensor), workers, 2 * threads).write(sink, progress);
        }
    }

    private void describe(GgufWriter writer) {
        writer.put("general.quantization_version", MetadataValue.uint32(QUANTIZATION_VERSION));
        writer.put("general.file_type", MetadataValue.uint32(fileType.id()));
        if (importance != null) {
            String name = String.valueOf(importance.path().getFileName());
            writer.put("quantize.imatrix.file", MetadataValue.string(name));
            writer.put(
                    "quantize.imatrix.entries_count",
                    MetadataValue.uint32(importance.columns().size()));
            List<String> datasets = importance.datasets();
            if (!datasets.isEmpty()) {
                writer.put("quantize.imatrix.dataset", MetadataValue.string(datasets.getFirst()));
            }
            importance
                    .chunks()
                    .ifPresent(chunks -> writer.put("quantize.imatrix.chunks_count", MetadataValue.uint32(chunks)));
        }
    }

    private void check(Map<Tensor, TensorType> plan) {
        List<Tensor> poor = new ArrayList<>();
        plan.forEach((tensor, type) -> {
            if (type == tensor.type()) {
                return;
            }
            boolean twice = tensor.type().blockSize() > 1 && type.blockSize() > 1;
            if (twice && !requantize) {
                throw new GgufFormatException(
                        "%s: tensor %s is %s already, to quantise it again to %s requantize must be allowed"
                                .formatted(source.path(), tensor.name(), tensor.type(), type));
            }
            if (needsImportance(type) && importanceOf(tensor) == null) {
                poor.add(tensor);
            }
        });
        if (!poor.isEmpty()) {
            Tensor first = poor.getFirst();
            listener.warning("%d tensors as small as %s, %s, and no importance matrix: expect poor text"
                    .formatted(poor.size(), first.name(), plan.get(first)));
        }
    }

    private static boolean needsImportance(TensorType type) {
        return switch (type) {
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS -> true;
            default -> false;
        };
    }

    private float @Nullable [] importanceOf(Tensor tensor) {
        if (importance == null) {
            return null;
        }
        float[] columns = importance.of(tensor.name()).orElse(null);
        long experts = tensor.shape().length > 2 ? tensor.shape()[2] : 1;
        if (columns == null || columns.length == tensor.columns() * experts) {
            return columns;
        }
        if (TensorRole.of(tensor.name()) == TensorRole.TOKEN_EMBEDDING) {
            // measured as the output of a model that uses one matrix for both, if at all
            return null;
        }
        throw new GgufFormatException("%s: importance of %d columns for tensor %s, which has %d"
                .formatted(importance.path(), columns.length, tensor.name(), tensor.columns() * experts));
    }
}

package dev.cortado.convert;

import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a Hugging Face checkpoint folder into a GGUF file: {@code config.json}, {@code model.safetensors} (or its shards)
 * and the tokenizer, of the families Llama (with Mistral), Qwen 2, Qwen 3, Gemma 3 and BERT. Keys and tensor names are
 * those that llama.cpp's converter writes.
 */
public final class Converter {
    private static final int QUANTIZATION_VERSION = 2;
    private static final String EMBEDDING = "token_embd.weight";

    private final Path folder;
    private final ConvertOptions options;
    private final Config config;
    private final Family family;
    private final Hyperparameters parameters;
    private final List<Weight> weights;
    private final WeightType matrixType;

    /** A tensor of the checkpoint under its GGUF name. */
    private record Weight(String name, SafeTensor source) {}

    private Converter(Path folder, ConvertOptions options, Checkpoint checkpoint) throws IOException {
        this.folder = folder;
        this.options = options;
        this.config = Config.read(folder);
        this.family = Family.of(config);
        this.parameters = Hyperparameters.of(family, config);
        this.weights = weights(checkpoint);
        this.matrixType = matrixType();
    }

    /**
     * Converts a folder. The output appears under its name when it is complete; after a failure nothing is left.
     *
     * @param output the file to write, in a folder that exists
     * @throws ConvertException if the checkpoint is damaged, incomplete or of another kind
     * @throws IOException if a file cannot be read or written
     */
    public static void convert(Path folder, Path output, ConvertOptions options) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            new Converter(folder, options, checkpoint).write(output);
        }
    }

    private List<Weight> weights(Checkpoint checkpoint) {
        Set<String> missing = new HashSet<>(family.names().required(parameters.layers()));
        Set<String> names = new HashSet<>();
        boolean tied = config.get("tie_word_embeddings").asBoolean();
        List<Weight> weights = new ArrayList<>();
        for (SafeTensor tensor : checkpoint.tensors()) {
            if (family.names().isUnused(tensor.name())) {
                continue;
            }
            String name = family.names()
                    .gguf(tensor.name())
                    .orElseThrow(() -> tensor.fault("has no place in a model of family " + family.architecture()));
            if (tied && name.startsWith("output.")) {
                continue;
            }
            if (!names.add(name)) {
                throw tensor.fault("another tensor is '%s' too".formatted(name));
            }
            missing.remove(name);
            weights.add(new Weight(name, tensor));
        }
        if (!missing.isEmpty()) {
            throw new ConvertException("%s: no tensor for '%s' and %d more"
                    .formatted(folder, missing.stream().sorted().findFirst().orElseThrow(), missing.size() - 1));
        }
        return weights;
    }

    private WeightType matrixType() {
        return switch (options.type()) {
            case F32 -> WeightType.F32;
            case F16 -> WeightType.F16;
            case BF16 -> WeightType.BF16;
            case AUTO -> embedding().type() == WeightType.BF16 ? WeightType.BF16 : WeightType.F16;
        };
    }

    private SafeTensor embedding() {
        return weights.stream()
                .filter(weight -> weight.name().equals(EMBEDDING))
                .map(Weight::source)
                .findFirst()
                .orElseThrow();
    }

    private int vocabularySize() {
        SafeTensor embedding = embedding();
        if (embedding.shape().length != 2 || embedding.shape()[0] > Integer.MAX_VALUE - 8) {
            throw embedding.fault("not a matrix with a row for each token");
        }
        return (int) embedding.shape()[0];
    }

    private void write(Path output) throws IOException {
        GgufWriter out = new GgufWriter();
        int vocabularySize = vocabularySize();
        general(out);
        parameters.write(out, fileType(), vocabularySize);
        pooling()
                .ifPresent(pooling ->
                        out.put(family.architecture() + ".pooling_type", MetadataValue.uint32(pooling.id())));
        if (family.isEncoder()) {
            out.put(
                    "tokenizer.ggml.token_type_count",
                    MetadataValue.uint32(config.integer("type_vocab_size").orElse(1)));
        }
        out.put("general.quantization_version", MetadataValue.uint32(QUANTIZATION_VERSION));
        Vocabulary vocabulary = Vocabularies.read(folder, family, vocabularySize, options);
        vocabulary.write(out);
        SpecialTokens.write(out, folder, config, vocabulary);
        ChatTemplates.write(out, folder);
        tensors(out);
        out.write(output);
    }

    /** An encoder always makes embeddings: by the mean, which is usual, where the folder does not say how. */
    private Optional<Pooling> pooling() throws IOException {
        Optional<Pooling> pooling = Pooling.of(folder);
        return family.isEncoder() ? pooling.or(() -> Optional.of(Pooling.MEAN)) : pooling;
    }

    private void general(GgufWriter out) throws IOException {
        out.put("general.architecture", MetadataValue.string(family.architecture()));
        out.put("general.type", MetadataValue.string("model"));
        out.put("general.name", MetadataValue.string(options.name().orElse(folderName())));
        out.put("general.size_label", MetadataValue.string(sizeLabel()));
        SamplingDefaults.write(out, folder);
    }

    private String folderName() {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? family.architecture() : name.toString();
    }

    private long weightCount() {
        return weights.stream().mapToLong(weight -> weight.source().count()).sum();
    }

    /** The number of weights as one says it: {@code 135M}, {@code 1.5B}. */
    private String sizeLabel() {
        double count = weightCount();
        String units = "KMBT";
        int unit = 0;
        double scaled = count / 1_000;
        while (scaled >= 1_000 && unit < units.length() - 1) {
            scaled /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, scaled < 9.5 ? "%.1f%c" : "%.0f%c", scaled, units.charAt(unit));
    }

    /** llama.cpp's number for the type of most matrices. */
    private int fileType() {
        return switch (matrixType) {
            case F32, F64 -> 0;
            case F16 -> 1;
            case BF16 -> 32;
        };
    }

    private void tensors(GgufWriter out) {
        Optional<float[]> factors = RopeFactors.of(parameters);
        factors.ifPresent(values -> out.add(
                "rope_freqs.weight",
                TensorType.F32,
                new long[] {values.length},
                sink -> sink.write(littleEndian(values))));
        Progress progress = new Progress(weightCount());
        for (Weight weight : weights) {
            add(out, weight, progress);
        }
    }

    private static MemorySegment littleEndian(float[] values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        WeightType.F32.write(values, bytes, values.length);
        return bytes;
    }

    private void add(GgufWriter out, Weight weight, Progress progress) {
        SafeTensor source = weight.source();
        long[] shape = shape(source);
        WeightType target = shape.length == 1 || isAlwaysFloat(weight.name()) ? WeightType.F32 : matrixType;
        int heads = family.interleavedHeads(weight.name(), parameters);
        long rows = source.shape().length == 0 ? 1 : source.shape()[0];
        if (heads != 0 && rows % (2L * heads) != 0) {
            throw source.fault("%d rows, a multiple of twice the %d heads expected".formatted(rows, heads));
        }
        source.type(); // refuses other number formats before anything is written
        out.add(
                weight.name(),
                target.tensorType(),
                shape,
                new WeightStream(
                        source,
                        target,
                        rows,
                        heads,
                        family.shift(weight.name()),
                        count -> progress.advance(weight.name(), count)));
    }

    /** GGUF's order of dimensions: the contiguous one first. */
    private static long[] shape(SafeTensor source) {
        long[] shape = source.shape();
        if (shape.length > 4) {
            throw source.fault("%d dimensions, at most 4 expected".formatted(shape.length));
        }
        if (shape.length == 0) {
            return new long[] {1};
        }
        long[] reversed = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            reversed[i] = shape[shape.length - 1 - i];
        }
        return reversed;
    }

    private static boolean isAlwaysFloat(String name) {
        return !name.endsWith(".weight")
                || name.endsWith("_norm.weight")
                || name.equals("position_embd.weight")
                || name.equals("token_types.weight");
    }

    /** Adds up what the streams report. */
    private final class Progress {
        private final long total;
        private long done;

        Progress(long total) {
            this.total = total;
        }

        void advance(String tensor, long count) {
            done += count;
            options.listener().progress(tensor, done, total);
        }
    }
}

package dev.cortado.sdk;

import dev.cortado.engine.model.Model;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An embedding model, with the semantics of the Embed4All SDK: texts become vectors of unit length whose dot product tells
 * how close their meanings are.
 *
 * {@snippet :
 * try (Embed4All embedder = new Embed4All()) {
 *     float[] vector = embedder.embed("The quick brown fox jumps over the lazy dog");
 * }
 * }
 *
 * <p>Thread-safe.
 */
public final class Embed4All implements AutoCloseable {
    /** Vectors shorter than this are likely to be poor. */
    public static final int MIN_DIMENSIONALITY = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Embed4All.class);
    private static final String DEFAULT_MODEL = "all-MiniLM-L6-v2.gguf2.f16.gguf";
    private static final float SMALLEST_NORM = 1e-12f;
    private static final float LAYER_NORM_EPSILON = 1e-5f;

    /** Tokens that go through the model together: enough to fill the kernels, little enough to stay in the cache. */
    private static final int BATCH_TOKENS = 2048;

    /** Texts that are tokenized and sorted together when they come as a stream. */
    private static final int WINDOW = 1024;

    private final GPT4All gpt4all;

    /** all-MiniLM-L6-v2, downloaded on first use. */
    public Embed4All() throws IOException {
        this(DEFAULT_MODEL);
    }

    /** A model by name, with every default; see {@link GPT4All#GPT4All(String)}. */
    public Embed4All(String modelName) throws IOException {
        this(new GPT4All(modelName));
    }

    /** Embeds with a model that was opened with options of its own; {@link #close()} closes it. */
    public Embed4All(GPT4All gpt4all) {
        this.gpt4all = gpt4all;
    }

    /** The model. */
    public GPT4All gpt4all() {
        return gpt4all;
    }

    /** The embedding of a text, of unit length. */
    public float[] embed(String text) {
        return embed(text, EmbedOptions.DEFAULT);
    }

    /** The embedding of a text, of unit length. */
    public float[] embed(String text, EmbedOptions options) {
        check(options);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("text must not be None or empty");
        }
        return result(List.of(text), options).embeddings()[0];
    }

    /** The embeddings of texts, in their order. */
    public float[][] embed(List<String> texts) {
        return embed(texts, EmbedOptions.DEFAULT);
    }

    /** The embeddings of texts, in their order. */
    public float[][] embed(List<String> texts, EmbedOptions options) {
        return result(texts, options).embeddings();
    }

    /**
     * Embeds any number of texts in bounded memory, in their order.
     *
     * @param texts read on demand
     * @param sink receives each embedding
     */
    public void embed(Iterator<String> texts, EmbedOptions options, Consumer<float[]> sink) {
        List<String> window = new ArrayList<>();
        while (texts.hasNext()) {
            window.add(texts.next());
            if (window.size() == WINDOW || !texts.hasNext()) {
                Arrays.stream(embed(window, options)).forEach(sink);
                window.clear();
            }
        }
    }

    /**
     * The embeddings of texts with their token count.
     *
     * @throws IllegalArgumentException for an option out of range or no text
     * @throws EmbeddingException if the model cannot do what is asked
     * @throws CancellationException if the cancel callback says so
     * @throws ClosedModelException after {@link #close()}
     */
    public EmbedResult result(List<String> texts, EmbedOptions options) {
        check(options);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("text must not be None or empty");
        }
        Model model = gpt4all.model();
        String name = model.name();
        if (model.generates() && !model.metadata().has(model.architecture() + ".pooling_type")) {
            throw new EmbeddingException("not an embedding model: " + name);
        }
        Optional<EmbeddingSpec> spec = EmbeddingSpec.of(name);
        if (spec.isEmpty()) {
            LOG.warn("embed: warning: unknown model {}", name);
        }
        int dimensionality = dimensionality(options, spec, model);
        Chunker chunker =
                new Chunker(gpt4all.tokenizer(), prefix(options, spec, name), Math.min(model.contextLength(), gpt4all.nCtx()));
        Chunks chunks = chunks(texts, chunker, options);
        if (cancelled(options, chunks)) {
            throw new CancellationException("operation was canceled");
        }
        boolean matryoshka = spec.isPresent() && spec.get().matryoshka();
        float[][] sums = new float[texts.size()][];
        embed(chunks, matryoshka, dimensionality, sums, options);
        for (float[] sum : sums) {
            normalise(sum, dimensionality);
        }
        return new EmbedResult(sums, chunks.textTokens);
    }

    private static void check(EmbedOptions options) {
        Integer dimensionality = options.dimensionality();
        if (dimensionality != null && dimensionality <= 0) {
            throw new IllegalArgumentException(
                    "Dimensionality must be None or a positive integer, got " + dimensionality);
        }
        if (dimensionality != null && dimensionality < MIN_DIMENSIONALITY) {
            LOG.warn(
                    "Dimensionality {} is less than the suggested minimum of {}. Performance may be degraded.",
                    dimensionality,
                    MIN_DIMENSIONALITY);
        }
        String mode = options.longTextMode();
        if (!mode.equals("mean") && !mode.equals("truncate")) {
            throw new IllegalArgumentException("Long text mode must be one of 'mean' or 'truncate', got '%s'".formatted(mode));
        }
    }

    private static int dimensionality(EmbedOptions options, Optional<EmbeddingSpec> spec, Model model) {
        int width = model.width();
        Integer wanted = options.dimensionality();
        if (wanted == null || wanted == width) {
            return width;
        }
        boolean shorter = spec.map(EmbeddingSpec::matryoshka).orElse(true);
        if (shorter && wanted < width) {
            return wanted;
        }
        throw new EmbeddingException("unsupported dimensionality %d for model %s (%s)"
                .formatted(
                        wanted,
                        model.name(),
                        spec.isPresent() && spec.get().matryoshka()
                                ? "recommended: " + spec.get().recommended()
                                : "supported: " + width));
    }

    private static String prefix(EmbedOptions options, Optional<EmbeddingSpec> spec, String name) {
        String prefix = options.prefix();
        if (spec.isEmpty()) {
            if (prefix == null) {
                throw new EmbeddingException(
                        "unknown model %s, specify a prefix if applicable or an empty string".formatted(name));
            }
            return prefix;
        }
        if (prefix == null) {
            return spec.get().documentPrefix();
        }
        if (!spec.get().accepts(prefix)) {
            throw new EmbeddingException("\"%s\" is not a valid task type for model %s".formatted(prefix, name));
        }
        return prefix;
    }

    /** Sequences for the model, each with the index of its text, in the order of the texts. */
    private static final class Chunks {
        final List<int[]> sequences = new ArrayList<>();
        final List<Integer> texts = new ArrayList<>();
        int textTokens = 0;
    }

    private static Chunks chunks(List<String> texts, Chunker chunker, EmbedOptions options) {
        Chunks chunks = new Chunks();
        boolean mean = options.longTextMode().equals("mean");
        for (int i = 0; i < texts.size(); i++) {
            for (int[] chunk : chunker.chunks(texts.get(i), i, mean, options.atlas())) {
                chunks.sequences.add(chunker.sequence(chunk));
                chunks.texts.add(i);
                chunks.textTokens += chunk.length;
            }
        }
        return chunks;
    }

    /** GPT4All packs chunks in order while they fit the context; the callback sees these sizes. */
    private boolean cancelled(EmbedOptions options, Chunks chunks) {
        if (options.cancelCallback() == null) {
            return false;
        }
        List<Integer> sizes = new ArrayList<>();
        int size = 0;
        for (int[] sequence : chunks.sequences) {
            if (size > 0 && size + sequence.length > gpt4all.nCtx()) {
                sizes.add(size);
                size = 0;
            }
            size += sequence.length;
        }
        sizes.add(size);
        return options.cancelCallback().test(sizes, gpt4all.backend());
    }

    private void embed(
            Chunks chunks, boolean matryoshka, int dimensionality, float[][] sums, EmbedOptions options) {
        Integer[] order = new Integer[chunks.sequences.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> chunks.sequences.get(i).length));
        int[] left = new int[sums.length];
        chunks.texts.forEach(text -> left[text]++);
        int done = 0;
        for (int from = 0; from < order.length; ) {
            List<int[]> batch = new ArrayList<>();
            int tokens = 0;
            int to = from;
            while (to < order.length && (to == from || tokens + chunks.sequences.get(order[to]).length <= BATCH_TOKENS)) {
                int[] sequence = chunks.sequences.get(order[to++]);
                batch.add(sequence);
                tokens += sequence.length;
            }
            float[][] vectors = gpt4all.embed(batch);
            for (int i = 0; i < vectors.length; i++) {
                int text = chunks.texts.get(order[from + i]);
                sums[text] = add(sums[text], cut(vectors[i], matryoshka, dimensionality));
                done += --left[text] == 0 ? 1 : 0;
            }
            from = to;
            if (options.progress() != null) {
                options.progress().embedded(done, sums.length);
            }
        }
    }

    private static float[] cut(float[] vector, boolean matryoshka, int dimensionality) {
        if (matryoshka) {
            layerNorm(vector);
        }
        float[] cut = dimensionality == vector.length ? vector : Arrays.copyOf(vector, dimensionality);
        normalise(cut, dimensionality);
        return cut;
    }

    private static float[] add(float @Nullable [] sum, float[] vector) {
        if (sum == null) {
            return vector;
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += vector[i];
        }
        return sum;
    }

    /** Centres and scales to unit variance (of n - 1), which nomic-embed-text v1.5 wants before its vectors are cut. */
    private static void layerNorm(float[] vector) {
        double mean = 0;
        for (float x : vector) {
            mean += x;
        }
        mean /= vector.length;
        double squares = 0;
        for (float x : vector) {
            squares += (x - mean) * (x - mean);
        }
        double scale = 1 / Math.sqrt(squares / (vector.length - 1) + LAYER_NORM_EPSILON);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) ((vector[i] - mean) * scale);
        }
    }

    private static void normalise(float[] vector, int length) {
        double squares = 0;
        for (int i = 0; i < length; i++) {
            squares += (double) vector[i] * vector[i];
        }
        float scale = (float) (1 / Math.max(Math.sqrt(squares), SMALLEST_NORM));
        for (int i = 0; i < length; i++) {
            vector[i] *= scale;
        }
    }

    /** Closes the model. */
    @Override
    public void close() {
        gpt4all.close();
    }
}

package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model with its weights in the memory of its backends: immutable, and shared by any number of sequences and threads.
 * {@link #close} refuses new work, waits for what is under way, and gives the memory back; every later use throws {@link
 * IllegalStateException}.
 */
public final class Model implements AutoCloseable {
    /** Rows of one pass: enough to use each weight well, few enough to bound what the buffers take. */
    private static final int ROWS = 512;

    private final LoadedModel loaded;
    private final Lease lease;
    private final PassPool passes;
    private final Step logits = this::computeLogits; // made once: a forward pass leaves next to no garbage

    private Model(LoadedModel loaded) {
        this.loaded = loaded;
        this.lease = new Lease("the model " + loaded.file().path().getFileName());
        this.passes = new PassPool(loaded.devices());
    }

    /** The families that can be opened. */
    public static List<Family> families() {
        return Architectures.ALL.stream().map(Architectures.Declaration::family).toList();
    }

    /**
     * Opens a model on one backend.
     *
     * @throws dev.cortado.gguf.GgufFormatException if the file is damaged or of an unknown kind; one sentence that names
     *     the file, the key or tensor, what was found and what was expected
     * @throws UncheckedIOException if the file cannot be read
     */
    public static Model open(Path file, Backend backend, ModelOptions options) {
        return open(file, Placement.on(backend), options);
    }

    /** Opens a model whose layers run on two backends; otherwise as {@link #open(Path, Backend, ModelOptions)}. */
    public static Model open(Path file, Placement placement, ModelOptions options) {
        try {
            return new Model(LoadedModel.load(file, placement, options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file, or its first part. */
    public Path file() {
        return loaded.file().path();
    }

    /** The family as the file names it: {@code general.architecture}. */
    public String architecture() {
        return loaded.family().name();
    }

    /** {@code general.name}, or the file's name without its extension. */
    public String name() {
        String fileName = String.valueOf(file().getFileName());
        return metadata().string("general.name").orElse(fileName.replaceFirst("\\.gguf$", ""));
    }

    public Metadata metadata() {
        return loaded.file().metadata();
    }

    public Tokenizer tokenizer() {
        return loaded.tokenizer();
    }

    /** Tokens that the model was trained on at a time, 0 where the file does not say. */
    public int contextLength() {
        return loaded.sizes().contextLength();
    }

    /**
     * Tokens that a sequence or text can have: the rows of a table of learned positions, beyond which there are none;
     * {@link Integer#MAX_VALUE} where positions are computed.
     */
    public int positionLimit() {
        return loaded.positionLimit();
    }

    /** Floats of a hidden state. */
    public int width() {
        return loaded.sizes().width();
    }

    /** Rows of the output: one logit each. */
    public int vocabularySize() {
        return loaded.vocabularySize();
    }

    /** Number of weights. */
    public long parameters() {
        return loaded.file().tensors().stream().mapToLong(Tensor::count).sum();
    }

    /** Whether it has logits: true for decoders, false for models that only embed. */
    public boolean generates() {
        return loaded.family().generates();
    }

    /** Whether a token sees only those before it. */
    public boolean causal() {
        return loaded.network() instanceof Decoder;
    }

    /** How {@link #embed} makes one vector of a text. */
    public Pooling pooling() {
        return loaded.pooling();
    }

    /** Bytes of keys, values and state that a sequence of {@code capacity} tokens takes. */
    public long sequenceBytes(int capacity) {
        long bytes = 0;
        for (KvShape shape : loaded.kvShapes()) {
            for (int layer = 0; layer < shape.layers(); layer++) {
                bytes += shape.bytes(layer, capacity);
            }
        }
        return bytes;
    }

    /**
     * An empty sequence with room for {@code capacity} tokens; its memory is taken at once.
     *
     * @throws dev.cortado.engine.backend.BackendException if it does not fit in the memory of an accelerator: how much is
     *     missing, and which context or how many layers would fit
     * @throws IllegalStateException if the model is closed, or does not {@linkplain #generates generate}
     */
    public Sequence newSequence(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected at least 1");
        }
        decoder();
        long use = lease.begin();
        try {
            loaded.budget()
                    .check(
                            "context",
                            (shape, tokens) -> accelerator().memoryOf(shape, tokens) + activations(tokens),
                            loaded.kvShapes().getLast(),
                            capacity);
            return new Sequence(this, caches(capacity), capacity);
        } finally {
            lease.end(use);
        }
    }

    private Backend accelerator() {
        return loaded.devices().getLast();
    }

    /** Bytes of an accelerator that a decoder's next pass takes for activations, beyond those that it has. */
    private long activations(int tokens) {
        int rows = Math.min(tokens, ROWS);
        return rows <= passes.room() ? 0 : rehearsed(rows) - rehearsed(passes.room());
    }

    private long rehearsed(int rows) {
        return Rehearsal.bytes(loaded.network(), loaded.devices(), accelerator(), rows);
    }

    private List<KvCache> caches(int capacity) {
        List<KvCache> caches = new ArrayList<>();
        try {
            for (int device = 0; device < loaded.devices().size(); device++) {
                caches.add(loaded.devices().get(device).kvCache(loaded.kvShapes().get(device), capacity));
            }
            return caches;
        } catch (RuntimeException | Error e) {
            caches.forEach(KvCache::close);
            throw e;
        }
    }

    private Decoder decoder() {
        if (loaded.network() instanceof Decoder decoder) {
            return decoder;
        }
        throw new IllegalStateException("%s is an embedding model, it does not generate".formatted(name()));
    }

    /**
     * Computes the batch's tokens: afterwards its sequences have grown by them, and it holds the logits that were wanted.
     * Several threads may call this at once with batches and sequences of their own. When it fails, sequences have the
     * tokens that were computed before.
     *
     * @throws IllegalArgumentException if a token id is outside the vocabulary or a sequence is another model's
     * @throws IllegalStateException if the model is closed, or does not {@linkplain #generates generate}
     */
    public void forward(Batch batch) {
        decoder();
        batch.forgetResults();
        run(batch, logits);
    }

    private void computeLogits(Pass pass, Batch batch) {
        Decoder decoder = decoder();
        Activations x = decoder.forward(pass);
        if (pass.wantedRows() > 0) {
            decoder.output().logits(pass, x, batch);
        }
    }

    /** What is done with the rows of a pass. */
    private interface Step {
        void take(Pass pass, Batch batch);
    }

    /** Takes a batch through the network, at most {@link #ROWS} rows at a time. */
    private void run(Batch batch, Step step) {
        lease.requireOpen();
        batch.require(this);
        int from = 0;
        while (from < batch.size()) {
            long use = lease.begin();
            Pass pass = passes.take();
            boolean whole = false;
            try {
                int end = batch.fill(pass, loaded.devices().size(), from, ROWS);
                pass.begin();
                step.take(pass, batch);
                batch.append(from, end);
                from = end;
                whole = true;
            } finally {
                passes.giveBack(pass, whole);
                lease.end(use);
            }
        }
    }

    /**
     * Embeds texts: one vector each, by the model's {@link #pooling}, not normalised; [width] floats, or what a reranker's
     * classifier gives. Texts are packed without padding.
     *
     * @param texts token ids, each with the special tokens that the model wants, at least one
     * @throws dev.cortado.engine.backend.BackendException if a text does not fit in the memory of an accelerator: how much
     *     is missing, and which length or how many layers would fit
     * @throws IllegalArgumentException if a text is empty, or longer than the model's learned positions
     */
    public float[][] embed(List<int[]> texts) {
        float[][] vectors = new float[texts.size()][];
        for (int first = 0; first < texts.size(); ) {
            int end = endOfPack(texts, first);
            float[][] states = states(texts.subList(first, end));
            for (int row = 0; first < end; first++) {
                int length = texts.get(first).length;
                vectors[first] = loaded.head().apply(pooled(states, row, length));
                row += length;
            }
        }
        return vectors;
    }

    /** The last hidden state [tokens x width] of each token of a text. */
    public float[][] hidden(int[] tokens) {
        return states(List.of(tokens));
    }

    /** Texts that go through the network together: at least one, and more while rows and an accelerator's memory last. */
    private int endOfPack(List<int[]> texts, int first) {
        int end = first + 1;
        long rows = texts.get(first).length;
        while (end < texts.size() && rows + texts.get(end).length <= ROWS) {
            rows += texts.get(end).length;
            end++;
        }
        while (end > first + 1 && !fit(texts.subList(first, end))) {
            end = first + (end - first) / 2;
        }
        return end;
    }

    private boolean fit(List<int[]> texts) {
        KvShape shape = loaded.kvShapes().getLast();
        int rows = rows(texts);
        return loaded.budget().fits(() -> switch (loaded.network()) {
            case Encoder encoder -> packed(passes.room(), shape, rows);
            case Decoder decoder ->
                activations(rows)
                        + texts.stream()
                                .mapToLong(text -> accelerator().memoryOf(shape, text.length))
                                .sum();
        });
    }

    /** Bytes of an accelerator that rows of an encoder take in a pass, beyond those that it has. */
    private long packed(int room, KvShape shape, int rows) {
        return rows <= room ? 0 : packed(shape, rows) - packed(shape, room);
    }

    private long packed(KvShape shape, int rows) {
        return rows == 0 ? 0 : accelerator().memoryOf(shape, rows) + rehearsed(rows);
    }

    private static int rows(List<int[]> texts) {
        return texts.stream().mapToInt(text -> text.length).sum();
    }

    private float[][] states(List<int[]> texts) {
        for (int[] text : texts) {
            if (text.length == 0) {
                throw new IllegalArgumentException("a text without tokens");
            }
            requireTokens(text, text.length);
        }
        return switch (loaded.network()) {
            case Decoder decoder -> decoderStates(decoder, texts);
            case Encoder encoder -> encoderStates(encoder, texts);
        };
    }

    private float[][] encoderStates(Encoder encoder, List<int[]> texts) {
        long use = lease.begin();
        Pass pass = passes.take();
        boolean whole = false;
        try {
            float[][] states = encoderStates(encoder, pass, texts);
            whole = true;
            return states;
        } finally {
            passes.giveBack(pass, whole);
            lease.end(use);
        }
    }

    private float[][] encoderStates(Encoder encoder, Pass pass, List<int[]> texts) {
        int rows = rows(texts);
        loaded.budget()
                .check(
                        "text",
                        (shape, tokens) -> packed(pass.room(), shape, tokens),
                        loaded.kvShapes().getLast(),
                        rows);
        List<KvCache> caches = pass.packedCaches(loaded.kvShapes(), rows);
        for (int[] text : texts) {
            for (int device = 0; device < caches.size(); device++) {
                pass.addSegment(device, caches.get(device), pass.rows(), 0, text.length);
            }
            for (int position = 0; position < text.length; position++) {
                pass.addRow(text[position], position, false);
            }
        }
        pass.begin();
        float[][] states = new float[rows][loaded.sizes().width()];
        Activations hidden = encoder.hidden(pass);
        for (int row = 0; row < rows; row++) {
            hidden.read(row, states[row], 0);
        }
        return states;
    }

    private float[][] decoderStates(Decoder decoder, List<int[]> texts) {
        List<float[]> states = new ArrayList<>();
        Batch batch = new Batch();
        List<Sequence> sequences = new ArrayList<>();
        try {
            for (int[] text : texts) {
                Sequence sequence = newSequence(text.length);
                sequences.add(sequence);
                batch.add(sequence, text, 0, text.length, Batch.Rows.NONE);
            }
            run(batch, (pass, unused) -> {
                Activations hidden = decoder.hidden(pass);
                for (int row = 0; row < pass.rows(); row++) {
                    float[] state = new float[loaded.sizes().width()];
                    hidden.read(row, state, 0);
                    states.add(state);
                }
            });
        } finally {
            sequences.forEach(Sequence::close);
        }
        return states.toArray(float[][]::new);
    }

    private float[] pooled(float[][] states, int from, int length) {
        return switch (loaded.pooling()) {
            case MEAN -> mean(states, from, length);
            case CLS -> states[from];
            case NONE, LAST -> states[from + length - 1];
            case RANK -> loaded.head().takesMean()
                    ? mean(states, from, length)
                    : states[causal() ? from + length - 1 : from];
        };
    }

    private static float[] mean(float[][] states, int from, int length) {
        double[] sums = new double[states[from].length];
        for (int row = from; row < from + length; row++) {
            float[] state = states[row];
            for (int column = 0; column < sums.length; column++) {
                sums[column] += state[column];
            }
        }
        float[] mean = new float[sums.length];
        for (int column = 0; column < mean.length; column++) {
            mean[column] = (float) (sums[column] / length);
        }
        return mean;
    }

    /** Refuses ids outside the vocabulary and positions that the model does not have. */
    void requireTokens(int[] ids, int endPosition) {
        for (int id : ids) {
            requireToken(id);
        }
        requirePosition(endPosition);
    }

    void requireToken(int id) {
        if (id < 0 || id >= loaded.vocabularySize()) {
            throw new IllegalArgumentException(
                    "token id %d, expected 0 to %d".formatted(id, loaded.vocabularySize() - 1));
        }
    }

    void requirePosition(int end) {
        if (end > loaded.positionLimit()) {
            throw new IllegalArgumentException("%s has learned positions for %d tokens, %d are too many"
                    .formatted(name(), loaded.positionLimit(), end));
        }
    }

    /** Whether a sequence keeps state that cannot be taken back token by token. */
    boolean recurrent() {
        return Arrays.stream(loaded.network().layers()).anyMatch(layer -> layer.mixer().stateSize() > 0);
    }

    SequenceFile sequenceFile() {
        return new SequenceFile(this, loaded.kvShapes());
    }

    /** See {@link Sequence#discard}. */
    void discard(List<KvCache> caches, int from, int count, int length) {
        long use = lease.begin();
        try {
            Layer[] layers = loaded.network().layers();
            for (int device = 0; device < caches.size(); device++) {
                @Nullable Rope[] ropes = new Rope[layers.length]; // null where another device has the layer
                int[] headWidths = new int[layers.length];
                for (int i = 0; i < layers.length; i++) {
                    if (layers[i].device() == device) {
                        ropes[i] = layers[i].mixer().rope();
                        headWidths[i] = layers[i].mixer().headWidth();
                    }
                }
                loaded.devices().get(device).discard(caches.get(device), from, count, length, ropes, headWidths);
            }
        } finally {
            lease.end(use);
        }
    }

    /** Refuses new work, waits for what is under way, and gives the memory back; closing again does nothing. */
    @Override
    public void close() {
        if (lease.close()) {
            try {
                passes.close();
            } finally {
                loaded.close();
            }
        }
    }
}

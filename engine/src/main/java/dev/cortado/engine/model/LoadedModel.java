package dev.cortado.engine.model;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.tokenizer.Tokenizer;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a file became.
 *
 * @param file stays open: backends may compute on its pages
 * @param family what it is
 * @param sizes its sizes
 * @param weights what backends took over
 * @param budget of an accelerator's memory
 * @param network what computes
 * @param devices that take part
 * @param kvShapes what a sequence keeps on each device
 * @param vocabularySize rows of the embedding
 * @param positionLimit positions that the network can tell apart
 * @param pooling how texts become vectors
 * @param head what follows pooling
 * @param tokenizer of the file
 */
record LoadedModel(
        GgufFile file,
        Family family,
        Hyperparameters sizes,
        Weights weights,
        MemoryBudget budget,
        Network network,
        List<Backend> devices,
        List<KvShape> kvShapes,
        int vocabularySize,
        int positionLimit,
        Pooling pooling,
        PoolingHead head,
        Tokenizer tokenizer)
        implements AutoCloseable {

    /** Opens a file; when anything is wrong with it, what was taken so far is given back. */
    static LoadedModel load(Path path, Placement placement, ModelOptions options) throws IOException {
        GgufFile file = GgufFile.open(path);
        Weights weights = new Weights(file, options.listener());
        try {
            return load(file, weights, placement, options);
        } catch (RuntimeException | Error e) {
            try {
                close(weights, file);
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private static LoadedModel load(GgufFile file, Weights weights, Placement placement, ModelOptions options) {
        String name = file.metadata().requireString("general.architecture");
        var declaration = Architectures.named(name, file.path());
        Hyperparameters sizes = new Hyperparameters(file, name);
        Architecture choices = declaration.choices().apply(sizes);
        int vocabularySize = vocabularySize(weights, sizes);
        MemoryBudget budget = new MemoryBudget(file, placement, sizes.layers());
        budget.check();
        int context = options.contextLength() > 0 ? options.contextLength() : sizes.contextLength();
        Network network;
        Tokenizer tokenizer;
        try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Tokenizer> reading = beside.submit(() -> tokenizer(file, vocabularySize));
            network = new Assembly(choices, sizes, weights, placement, vocabularySize, context).network();
            tokenizer = result(reading);
        }
        List<Backend> devices = placement.devices(sizes.layers());
        devices.forEach(Backend::prepared);
        Pooling pooling = pooling(sizes);
        boolean encodes = choices.mask() == Attention.Mask.SYMMETRIC;
        return new LoadedModel(
                file,
                declaration.family(),
                sizes,
                weights,
                budget,
                network,
                devices,
                kvShapes(network, devices.size(), encodes ? KvShape.Type.F32 : options.kvType()),
                vocabularySize,
                choices.positions().learned() ? sizes.contextLength() : Integer.MAX_VALUE,
                pooling,
                PoolingHead.of(weights, sizes, pooling),
                tokenizer);
    }

    private static Tokenizer tokenizer(GgufFile file, int vocabularySize) {
        Tokenizer tokenizer = Tokenizer.of(file.metadata());
        int tokens = tokenizer.vocabulary().size();
        if (tokens != vocabularySize) {
            throw new GgufFormatException("%s: tensor token_embd.weight has %d rows, expected one for each of %d tokens"
                    .formatted(file.path(), vocabularySize, tokens));
        }
        return tokenizer;
    }

    private static Tokenizer result(Future<Tokenizer> reading) {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while a model was loaded");
        }
    }

    private static void close(Weights weights, GgufFile file) {
        try {
            weights.close();
        } finally {
            file.close();
        }
    }

    /** Gives back what backends took over, and the file. */
    @Override
    public void close() {
        close(weights, file);
    }

    private static int vocabularySize(Weights weights, Hyperparameters sizes) {
        var table = weights.tensor("token_embd.weight");
        if (table.columns() != sizes.width() || table.rows() > Integer.MAX_VALUE) {
            throw weights.wrong(table, table.shapeText(), "[%d, tokens]".formatted(sizes.width()));
        }
        return (int) table.rows();
    }

    private static Pooling pooling(Hyperparameters sizes) {
        int id = sizes.integer("pooling_type", 0);
        Optional<Pooling> known = Pooling.of(id);
        return known.orElseThrow(() -> sizes.wrong("pooling_type", id, "0 (none) to 4 (rank)"));
    }

    /** Encoders need the keys and values of one layer at a time only. */
    private static List<KvShape> kvShapes(Network network, int devices, KvShape.Type type) {
        Layer[] layers = network.layers();
        int slots = network instanceof Encoder ? 1 : layers.length;
        List<KvShape> shapes = new ArrayList<>();
        for (int device = 0; device < devices; device++) {
            int[] keys = new int[slots];
            int[] values = new int[slots];
            int[] states = new int[slots];
            for (int i = 0; i < layers.length; i++) {
                if (layers[i].device() == device) {
                    int slot = Math.min(i, slots - 1);
                    keys[slot] = layers[i].mixer().cachedKeyWidth();
                    values[slot] = layers[i].mixer().cachedValueWidth();
                    states[slot] = layers[i].mixer().stateSize();
                }
            }
            shapes.add(new KvShape(keys, values, states, type));
        }
        return List.copyOf(shapes);
    }
}

package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what an accelerator is to hold fits in its memory: the weights of its layers, asked before the first of them is
 * uploaded, and then keys, values and activations, asked before a sequence or texts to embed take them.
 *
 * @param file holds the tensors
 * @param placement which layers go where
 * @param layers the model's number of layers
 */
record MemoryBudget(GgufFile file, Placement placement, int layers) {
    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,9})\\..*");
    private static final int MEBIBYTE = 1 << 20;

    /** @throws BackendException if the weights do not fit: how much is missing, and how many layers would fit */
    void check() {
        Backend device = placement.accelerator();
        int wanted = wanted();
        long free = device.freeMemory();
        if (wanted == 0 || free == Long.MAX_VALUE) {
            return;
        }
        long needed = bytes(wanted);
        if (needed > free) {
            int fitting = wanted - 1;
            while (fitting > 0 && bytes(fitting) > free) {
                fitting--;
            }
            throw new BackendException(
                    "%s: %d of %d layers need %d MiB of %s, which has %d MiB free: %d MiB are missing. %s"
                            .formatted(
                                    file.path().getFileName(),
                                    wanted,
                                    layers,
                                    mebibytes(needed),
                                    device.name(),
                                    free / MEBIBYTE,
                                    mebibytes(needed - free),
                                    fitting == 0
                                            ? "Not even one layer would fit."
                                            : "With ngl %d the weights would fit.".formatted(fitting)));
        }
    }

    private int wanted() {
        return placement.main() == placement.accelerator() ? layers : Math.min(layers, placement.accelerated());
    }

    /**
     * Asks for room beside the weights, which are there, and what passes hold.
     *
     * @param what has the tokens: a context or a text
     * @param need bytes that so many tokens take, for what is kept of the layers of a shape
     * @param shape what the accelerator keeps of all its layers
     * @param tokens how many there are
     * @throws BackendException if they do not fit: how much is missing, and how many tokens or layers would fit
     */
    void check(String what, Need need, KvShape shape, int tokens) {
        if (fits(() -> need.bytes(shape, tokens))) {
            return;
        }
        Backend device = placement.accelerator();
        long free = device.freeMemory();
        long needed = need.bytes(shape, tokens);
        int fitting = largest(tokens - 1, fewer -> need.bytes(shape, fewer) <= free);
        long all = bytes(wanted());
        int count = largest(
                wanted() - 1, fewer -> need.bytes(lastLayers(shape, fewer), tokens) <= free + all - bytes(fewer));
        throw new BackendException(
                "%s: a %s of %d tokens needs %d MiB of %s beside the weights, which has %d MiB free: %d MiB are missing. %s"
                        .formatted(
                                file.path().getFileName(),
                                what,
                                tokens,
                                mebibytes(needed),
                                device.name(),
                                free / MEBIBYTE,
                                mebibytes(needed - free),
                                advice(what, fitting, count)));
    }

    /** Bytes that tokens take on the accelerator. */
    interface Need {
        long bytes(KvShape shape, int tokens);
    }

    /** Whether so many bytes are free; they are asked for only where memory is limited. */
    boolean fits(LongSupplier bytes) {
        long free = placement.accelerator().freeMemory();
        return wanted() == 0 || free == Long.MAX_VALUE || bytes.getAsLong() <= free;
    }

    /** The largest number up to {@code limit} that fits, where all smaller ones fit too; 0 if none does. */
    private static int largest(int limit, IntPredicate fits) {
        int low = 0;
        int high = limit;
        while (low < high) {
            int middle = low + (high - low + 1) / 2;
            if (fits.test(middle)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static String advice(String what, int tokens, int layers) {
        if (tokens == 0) {
            return layers == 0
                    ? "No %s would fit beside one layer.".formatted(what)
                    : "With ngl %d it would fit.".formatted(layers);
        }
        return layers == 0
                ? "A %s of %d tokens would fit.".formatted(what, tokens)
                : "A %s of %d tokens would fit, or this one with ngl %d.".formatted(what, tokens, layers);
    }

    /** What is kept of the last {@code count} layers alone; all of it where layers share one place. */
    private KvShape lastLayers(KvShape shape, int count) {
        return shape.layers() < layers
                ? shape
                : new KvShape(
                        lastLayers(shape.keyWidths(), count),
                        lastLayers(shape.valueWidths(), count),
                        lastLayers(shape.stateSizes(), count),
                        shape.type());
    }

    private int[] lastLayers(int[] widths, int count) {
        int[] last = widths.clone();
        Arrays.fill(last, 0, layers - count, 0);
        return last;
    }

    private static long mebibytes(long bytes) {
        return (bytes + MEBIBYTE - 1) / MEBIBYTE;
    }

    /** Bytes of the last {@code count} layers and the output; of the embedding too when that is all layers. */
    private long bytes(int count) {
        boolean tied = file.tensor("output.weight").isEmpty();
        long sum = 0;
        for (Tensor tensor : file.tensors()) {
            Matcher layer = LAYER.matcher(tensor.name());
            boolean taken = layer.matches()
                    ? Integer.parseInt(layer.group(1)) >= layers - count
                    : count == layers || !tensor.name().startsWith("token_embd") || tied;
            sum += taken ? placement.accelerator().memoryOf(tensor) : 0;
        }
        return sum;
    }
}

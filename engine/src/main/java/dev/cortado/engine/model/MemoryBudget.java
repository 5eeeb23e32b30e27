package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what an accelerator is to hold fits in its memory: the weights of its layers, asked before the first of them is
 * uploaded, and then keys, values and activations, asked before a sequence takes them.
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
     * Asks for room for a sequence beside the weights, which are there.
     *
     * @param shape what the accelerator keeps of a sequence
     * @param activations bytes that a first pass takes for a sequence of so many tokens
     * @param capacity tokens of the sequence
     * @throws BackendException if it does not fit: how much is missing, and which context or how many layers would fit
     */
    void check(KvShape shape, IntToLongFunction activations, int capacity) {
        Backend device = placement.accelerator();
        long free = device.freeMemory();
        if (wanted() == 0 || free == Long.MAX_VALUE) {
            return;
        }
        IntToLongFunction need = tokens -> device.memoryOf(shape, tokens) + activations.applyAsLong(tokens);
        long needed = need.applyAsLong(capacity);
        if (needed > free) {
            int context = largest(capacity - 1, tokens -> need.applyAsLong(tokens) <= free);
            long all = bytes(wanted());
            int fitting = largest(
                    wanted() - 1,
                    count -> device.memoryOf(lastLayers(shape, count), capacity) + activations.applyAsLong(capacity)
                            <= free + all - bytes(count));
            throw new BackendException(
                    "%s: a context of %d tokens needs %d MiB of %s beside the weights, which has %d MiB free: %d MiB are missing. %s"
                            .formatted(
                                    file.path().getFileName(),
                                    capacity,
                                    mebibytes(needed),
                                    device.name(),
                                    free / MEBIBYTE,
                                    mebibytes(needed - free),
                                    advice(context, fitting)));
        }
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

    private static String advice(int context, int fitting) {
        if (context == 0) {
            return fitting == 0
                    ? "No context would fit beside one layer."
                    : "With ngl %d it would fit.".formatted(fitting);
        }
        return fitting == 0
                ? "A context of %d tokens would fit.".formatted(context)
                : "A context of %d tokens would fit, or this one with ngl %d.".formatted(context, fitting);
    }

    /** What is kept of the last {@code count} layers alone. */
    private KvShape lastLayers(KvShape shape, int count) {
        return new KvShape(
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

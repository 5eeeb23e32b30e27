package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the weights of an accelerator's layers fit in its memory, asked before the first of them is uploaded. Caches
 * and activations come on top and have their own message.
 *
 * @param file holds the tensors
 * @param placement which layers go where
 * @param layers the model's number of layers
 */
record MemoryBudget(GgufFile file, Placement placement, int layers) {
    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,9})\\..*");
    private static final int MEBIBYTE = 1 << 20;

    /** @throws BackendException if they do not fit: how much is missing, and how many layers would fit */
    void check() {
        Backend device = placement.accelerator();
        int wanted = placement.main() == device ? layers : Math.min(layers, placement.accelerated());
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

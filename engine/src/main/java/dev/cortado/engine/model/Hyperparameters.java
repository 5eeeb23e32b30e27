package dev.cortado.engine.model;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a model from its file's metadata, keys without the architecture's prefix: {@code block_count} stands for
 * {@code llama.block_count}. What is read here is checked for sense; that it agrees with the tensors is checked when
 * those are taken, so nothing is allocated by a number alone.
 */
final class Hyperparameters {
    private static final int WIDEST_HEAD = 1 << 16; // rotations are tabulated before tensors are seen

    private final Path file;
    private final Metadata metadata;
    private final String architecture;
    private final Set<String> tensors;
    private final int layers;
    private final int width;
    private final int contextLength;
    private final int[] heads;
    private final int[] kvHeads;
    private final int keyWidth;
    private final int valueWidth;

    Hyperparameters(GgufFile gguf, String architecture) {
        this.file = gguf.path();
        this.metadata = gguf.metadata();
        this.architecture = architecture;
        this.tensors = gguf.tensors().stream().map(Tensor::name).collect(Collectors.toSet());
        int blocks = positive("block_count");
        if (blocks > gguf.tensors().size()) {
            throw wrong("block_count", blocks, "at most the number of tensors, " + gguf.tensors().size());
        }
        this.layers = blocks - integer("nextn_predict_layers", 0); // blocks for multi-token prediction come last, unused here
        this.width = positive("embedding_length");
        this.contextLength = integer("context_length", 0);
        this.heads = perLayer("attention.head_count", null);
        this.kvHeads = perLayer("attention.head_count_kv", heads);
        for (int i = 0; i < heads.length; i++) {
            if (heads[i] < 0 || kvHeads[i] < 0 || (kvHeads[i] > 0 && heads[i] % kvHeads[i] != 0)) {
                throw wrong("attention.head_count_kv", kvHeads[i], "a divisor of attention.head_count, " + heads[i]);
            }
        }
        int most = Arrays.stream(heads).max().orElse(0);
        this.keyWidth = headWidth("attention.key_length", most);
        this.valueWidth = headWidth("attention.value_length", most);
    }

    private int headWidth(String key, int headCount) {
        if (headCount == 0) {
            return 0;
        }
        if (has(key)) {
            int given = positive(key);
            if (given > WIDEST_HEAD) {
                throw wrong(key, given, "at most " + WIDEST_HEAD);
            }
            return given;
        }
        if (width % headCount != 0) {
            throw wrong("attention.head_count", headCount, "a divisor of embedding_length, " + width);
        }
        return width / headCount;
    }

    int layers() {
        return layers;
    }

    /** Columns of the residual stream. */
    int width() {
        return width;
    }

    /** Tokens that the model was trained on at a time, 0 where the file does not say. */
    int contextLength() {
        return contextLength;
    }

    int heads(int layer) {
        return heads[layer];
    }

    int kvHeads(int layer) {
        return kvHeads[layer];
    }

    /** Columns of a query or key head. */
    int keyWidth() {
        return keyWidth;
    }

    /** Columns of a value head. */
    int valueWidth() {
        return valueWidth;
    }

    /** Columns between up and down projection of a layer's dense feed-forward. */
    int feedForward(int layer) {
        int columns = perLayer("feed_forward_length", null)[layer];
        if (columns < 1) {
            throw wrong("feed_forward_length", columns, "at least 1");
        }
        return columns;
    }

    /** Whether the file has a tensor, where a family tells its variants apart by that. */
    boolean hasTensor(String name) {
        return tensors.contains(name);
    }

    boolean has(String key) {
        return metadata.has(prefixed(key));
    }

    int integer(String key, int otherwise) {
        int value = metadata.integer(prefixed(key), otherwise);
        if (value < 0) {
            throw wrong(key, value, "0 or more");
        }
        return value;
    }

    int positive(String key) {
        int value = metadata.requireInteger(prefixed(key));
        if (value < 1) {
            throw wrong(key, value, "at least 1");
        }
        return value;
    }

    float real(String key, float otherwise) {
        float value = metadata.real(prefixed(key), otherwise);
        if (!Float.isFinite(value)) {
            throw wrong(key, value, "a finite number");
        }
        return value;
    }

    float requireReal(String key) {
        if (!has(key)) {
            throw new GgufFormatException("%s: key %s is missing".formatted(file, prefixed(key)));
        }
        return real(key, 0);
    }

    boolean bool(String key, boolean otherwise) {
        return metadata.bool(prefixed(key), otherwise);
    }

    String string(String key, String otherwise) {
        return metadata.string(prefixed(key)).orElse(otherwise);
    }

    float ropeBase() {
        return real("rope.freq_base", 10000);
    }

    /** DeepSeek's mscale_all_dim; the file holds a tenth of it. */
    float yarnLogMultiplier() {
        return real("rope.scaling.yarn_log_multiplier", 0) / 0.1f;
    }

    /** A number for each layer, which the file gives one by one or once for all of them. */
    private int[] perLayer(String key, int @Nullable [] otherwise) {
        if (!has(key) && otherwise != null) {
            return otherwise;
        }
        if (!(metadata.value(prefixed(key)).orElse("") instanceof long[])) {
            int[] same = new int[layers];
            Arrays.fill(same, metadata.requireInteger(prefixed(key)));
            return same;
        }
        int[] each = metadata.integers(prefixed(key)).orElseThrow();
        if (each.length < layers) {
            throw wrong(key, each.length + " numbers", "one for each of " + layers + " layers");
        }
        return Arrays.copyOf(each, layers);
    }

    /**
     * The layers with a sliding window. {@code attention.sliding_window_pattern} says so for each layer, or gives a period
     * of which one layer is global: the last, or the first where {@code globalFirst}.
     */
    IntPredicate localLayers(int period, boolean globalFirst) {
        String key = "attention.sliding_window_pattern";
        if (metadata.value(prefixed(key)).orElse("") instanceof boolean[] local) {
            if (local.length < layers) {
                throw wrong(key, local.length + " values", "one for each of " + layers + " layers");
            }
            return layer -> local[layer];
        }
        int n = integer(key, period);
        return layer -> n == 0 || (globalFirst ? layer % n != 0 : layer % n != n - 1);
    }

    GgufFormatException wrong(String key, Object found, String expected) {
        return new GgufFormatException("%s: %s is %s, expected %s".formatted(file, prefixed(key), found, expected));
    }

    private String prefixed(String key) {
        return architecture + "." + key;
    }
}

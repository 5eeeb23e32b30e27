package dev.cortado.engine.model;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataType;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A small model of any family with random weights: width 32, 4 heads of 8 columns, feed-forward 48, and the vocabulary of a
 * golden model. A layer's tensors are given once and made for each layer.
 */
final class TinyModel {
    static final int WIDTH = 32;
    static final int HEADS = 4;
    static final int FEED_FORWARD = 48;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String architecture;
    private final Map<String, MetadataValue> numbers = new LinkedHashMap<>();
    private final Map<String, long[]> tensors = new LinkedHashMap<>();
    private int layers = 1;

    TinyModel(String architecture) {
        this.architecture = architecture;
        number("context_length", 64);
        number("embedding_length", WIDTH);
        number("feed_forward_length", FEED_FORWARD);
        number("attention.head_count", HEADS);
        real("attention.layer_norm_epsilon", 1e-5f);
        real("attention.layer_norm_rms_epsilon", 1e-5f);
    }

    String architecture() {
        return architecture;
    }

    TinyModel layers(int count) {
        layers = count;
        return this;
    }

    TinyModel number(String key, long value) {
        numbers.put(key, new MetadataValue.Scalar(MetadataType.UINT32, value));
        return this;
    }

    TinyModel real(String key, float value) {
        numbers.put(key, new MetadataValue.Scalar(MetadataType.FLOAT32, value));
        return this;
    }

    TinyModel flag(String key, boolean value) {
        numbers.put(key, new MetadataValue.Scalar(MetadataType.BOOL, value));
        return this;
    }

    /** Tensors outside of layers: {@code "output_norm.weight 32"}. */
    TinyModel tensors(String... described) {
        for (String one : described) {
            String[] words = one.split(" ");
            tensors.put(words[0], Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray());
        }
        return this;
    }

    /** Tensors of each layer: {@code "attn_q.weight 32 32"}. */
    TinyModel layer(String... described) {
        for (String one : described) {
            tensors("blk.%d." + one);
        }
        return this;
    }

    /** Names of all tensors. */
    List<String> names(int vocabulary) {
        return all(vocabulary).keySet().stream().toList();
    }

    private Map<String, long[]> all(int vocabulary) {
        Map<String, long[]> all = new LinkedHashMap<>();
        all.put("token_embd.weight", new long[] {WIDTH, vocabulary});
        tensors.forEach((name, shape) -> {
            if (name.startsWith("blk.")) {
                for (int layer = 0; layer < layers; layer++) {
                    all.put(name.formatted(layer), shape);
                }
            } else {
                all.put(name, shape.length == 2 && shape[1] == 0 ? new long[] {shape[0], vocabulary} : shape);
            }
        });
        return all;
    }

    /** Writes the file; the weights of {@code changed} differ from those of a file without that change. */
    Path write(Path target, String changed) throws IOException {
        try (GgufFile golden = GgufFile.open(Goldens.kept("qwen2").model());
                Arena arena = Arena.ofConfined()) {
            GgufWriter writer = new GgufWriter().putAll(golden.metadata());
            writer.put("general.architecture", new MetadataValue.Scalar(MetadataType.STRING, architecture));
            writer.put(architecture + ".block_count", new MetadataValue.Scalar(MetadataType.UINT32, (long) layers));
            numbers.forEach((key, value) -> writer.put(architecture + "." + key, value));
            int vocabulary = (int) golden.tensor("token_embd.weight").orElseThrow().rows();
            Random random = new Random(7);
            all(vocabulary).forEach((name, shape) -> writer.add(random(arena, random, name, shape, name.equals(changed))));
            writer.write(target);
        }
        return target;
    }

    private static Tensor random(Arena arena, Random random, String name, long[] shape, boolean changed) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        MemorySegment data = arena.allocate(4L * count, 4);
        boolean norm = name.contains("norm") && name.endsWith("weight");
        for (int i = 0; i < count; i++) {
            double value = norm ? 1 + 0.3 * random.nextGaussian() : 0.3 * random.nextGaussian();
            data.setAtIndex(FLOAT, i, (float) (changed ? 1.7 * value + (i % 3 == 0 ? 0.2 : 0) : value));
        }
        return new Tensor(name, TensorType.F32, shape, data);
    }
}

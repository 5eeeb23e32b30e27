package dev.cortado.benchmarks;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.TensorSource;
import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Writes an F16 model of random weights in the shape of a large one, to measure speed where no such file is at hand: what
 * it says is noise. Vocabulary and all that is not a size are another Llama's, of one file.
 *
 * <p>Arguments: that file; the new one; layers; columns; heads; heads of keys and values; columns of the feed-forward network.
 * {@code 16 2048 32 8 8192} is the shape of Llama 3.2 1B.
 */
public final class RandomModel {
    private final GgufWriter writer = new GgufWriter();
    private long tensors;

    private RandomModel() {}

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 7) {
            System.err.println("RandomModel SOURCE TARGET LAYERS COLUMNS HEADS KV_HEADS FEED_FORWARD");
            System.exit(2);
        }
        try (GgufFile source = GgufFile.open(Path.of(arguments[0]))) {
            int[] sizes = new int[5];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = Integer.parseInt(arguments[i + 2]);
            }
            long vocabulary = source.tensor("token_embd.weight").orElseThrow().rows();
            RandomModel model = new RandomModel();
            model.writer.putAll(source.metadata());
            model.shape(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], vocabulary);
            model.writer.write(Path.of(arguments[1]));
        }
    }

    private void shape(int layers, int columns, int heads, int kvHeads, int feedForward, long vocabulary) {
        int head = columns / heads;
        size("block_count", layers);
        size("embedding_length", columns);
        size("feed_forward_length", feedForward);
        size("attention.head_count", heads);
        size("attention.head_count_kv", kvHeads);
        size("attention.key_length", head);
        size("attention.value_length", head);
        size("rope.dimension_count", head);
        matrix("token_embd", vocabulary, columns);
        norm("output_norm", columns);
        for (int i = 0; i < layers; i++) {
            String layer = "blk." + i + ".";
            norm(layer + "attn_norm", columns);
            matrix(layer + "attn_q", columns, columns);
            matrix(layer + "attn_k", (long) kvHeads * head, columns);
            matrix(layer + "attn_v", (long) kvHeads * head, columns);
            matrix(layer + "attn_output", columns, columns);
            norm(layer + "ffn_norm", columns);
            matrix(layer + "ffn_gate", feedForward, columns);
            matrix(layer + "ffn_up", feedForward, columns);
            matrix(layer + "ffn_down", columns, feedForward);
        }
    }

    private void size(String key, int value) {
        writer.put("llama." + key, MetadataValue.uint32(value));
    }

    private void norm(String name, int columns) {
        ByteBuffer ones = ByteBuffer.allocate(4 * columns).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < columns; i++) {
            ones.putFloat(4 * i, 1);
        }
        writer.add(
                name + ".weight", TensorType.F32, new long[] {columns}, sink -> sink.write(MemorySegment.ofBuffer(ones)));
    }

    /** Gaussian weights that keep the magnitude of what they multiply. */
    private void matrix(String name, long rows, int columns) {
        long seed = tensors++;
        TensorSource weights = sink -> {
            SplittableRandom random = new SplittableRandom(seed);
            double deviation = 1 / Math.sqrt(columns);
            ByteBuffer row = ByteBuffer.allocate(2 * columns).order(ByteOrder.LITTLE_ENDIAN);
            for (long r = 0; r < rows; r++) {
                for (int k = 0; k < columns; k++) {
                    row.putShort(2 * k, Float.floatToFloat16((float) (random.nextGaussian() * deviation)));
                }
                sink.write(MemorySegment.ofBuffer(row));
            }
        };
        writer.add(name + ".weight", TensorType.F16, new long[] {columns, rows}, weights);
    }
}

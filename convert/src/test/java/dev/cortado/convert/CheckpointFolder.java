package dev.cortado.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A tiny checkpoint of random weights, written by hand in the format of safetensors. */
final class CheckpointFolder {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Random weights, rounded to what the checkpoint's number format can hold. */
    record Weights(String dtype, int[] shape, float[] values) {}

    private final Path folder;
    private final Random random;
    private final String dtype;
    private final Map<String, Weights> weights = new LinkedHashMap<>();

    CheckpointFolder(Path folder, String dtype, long seed) {
        this.folder = folder;
        this.dtype = dtype;
        this.random = new Random(seed);
    }

    Path path() {
        return folder;
    }

    CheckpointFolder tensor(String name, int... shape) {
        int count = 1;
        for (int size : shape) {
            count *= size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = rounded((float) random.nextGaussian());
        }
        weights.put(name, new Weights(dtype, shape, values));
        return this;
    }

    CheckpointFolder tensor(String name, float[] values, int... shape) {
        weights.put(name, new Weights(dtype, shape, values));
        return this;
    }

    private float rounded(float value) {
        return switch (dtype) {
            case "F16" -> Float.float16ToFloat(Float.floatToFloat16(value));
            case "BF16" -> Float.intBitsToFloat(Float.floatToIntBits(value) & 0xFFFF0000);
            default -> value;
        };
    }

    float[] values(String name) {
        return weights.get(name).values();
    }

    Weights remove(String name) {
        return weights.remove(name);
    }

    CheckpointFolder json(String file, Object content) throws IOException {
        Files.writeString(folder.resolve(file), JSON.writeValueAsString(content));
        return this;
    }

    /** Writes all tensors to one file. */
    CheckpointFolder write() throws IOException {
        Files.write(folder.resolve("model.safetensors"), safetensors(weights));
        return this;
    }

    /** Writes every other tensor to either of two shards. */
    CheckpointFolder writeShards() throws IOException {
        List<Map<String, Weights>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        Map<String, String> index = new LinkedHashMap<>();
        int next = 0;
        for (var entry : weights.entrySet()) {
            int shard = next++ % 2;
            shards.get(shard).put(entry.getKey(), entry.getValue());
            index.put(entry.getKey(), shard(shard));
        }
        for (int shard = 0; shard < 2; shard++) {
            Files.write(folder.resolve(shard(shard)), safetensors(shards.get(shard)));
        }
        return json("model.safetensors.index.json", Map.of("weight_map", index));
    }

    private static String shard(int number) {
        return "model-%05d-of-00002.safetensors".formatted(number + 1);
    }

    private static byte[] safetensors(Map<String, Weights> weights) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("__metadata__", Map.of("format", "pt"));
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (var entry : weights.entrySet()) {
            byte[] bytes = bytes(entry.getValue());
            header.put(
                    entry.getKey(),
                    Map.of(
                            "dtype", entry.getValue().dtype(),
                            "shape", entry.getValue().shape(),
                            "data_offsets", List.of(data.size(), data.size() + bytes.length)));
            data.writeBytes(bytes);
        }
        return safetensors(JSON.writeValueAsString(header), data.toByteArray());
    }

    static byte[] safetensors(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    private static byte[] bytes(Weights weights) {
        ByteBuffer bytes = ByteBuffer.allocate(weights.values().length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : weights.values()) {
            switch (weights.dtype()) {
                case "F16" -> bytes.putShort(Float.floatToFloat16(value));
                case "BF16" -> bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
                default -> bytes.putFloat(value);
            }
        }
        byte[] used = new byte[bytes.position()];
        bytes.get(0, used);
        return used;
    }

    /** A decoder with two layers; width 32, 4 heads, 2 key/value heads. */
    static CheckpointFolder decoder(Path folder, String dtype, String prefix, int vocabulary, int headWidth) {
        CheckpointFolder checkpoint = new CheckpointFolder(folder, dtype, vocabulary);
        checkpoint.tensor(prefix + "embed_tokens.weight", vocabulary, 32).tensor(prefix + "norm.weight", 32);
        for (int layer = 0; layer < 2; layer++) {
            String name = prefix + "layers." + layer + ".";
            checkpoint
                    .tensor(name + "input_layernorm.weight", 32)
                    .tensor(name + "post_attention_layernorm.weight", 32)
                    .tensor(name + "self_attn.q_proj.weight", 4 * headWidth, 32)
                    .tensor(name + "self_attn.k_proj.weight", 2 * headWidth, 32)
                    .tensor(name + "self_attn.v_proj.weight", 2 * headWidth, 32)
                    .tensor(name + "self_attn.o_proj.weight", 32, 4 * headWidth)
                    .tensor(name + "mlp.gate_proj.weight", 48, 32)
                    .tensor(name + "mlp.up_proj.weight", 48, 32)
                    .tensor(name + "mlp.down_proj.weight", 32, 48);
        }
        return checkpoint;
    }

    /** An encoder with two layers; width 32, 4 heads. */
    static CheckpointFolder encoder(Path folder, String prefix, int vocabulary) {
        CheckpointFolder checkpoint = new CheckpointFolder(folder, "F32", vocabulary);
        checkpoint
                .tensor(prefix + "embeddings.word_embeddings.weight", vocabulary, 32)
                .tensor(prefix + "embeddings.position_embeddings.weight", 16, 32)
                .tensor(prefix + "embeddings.token_type_embeddings.weight", 2, 32)
                .tensor(prefix + "embeddings.LayerNorm.gamma", 32)
                .tensor(prefix + "embeddings.LayerNorm.beta", 32)
                .tensor(prefix + "pooler.dense.weight", 32, 32)
                .tensor("cls.predictions.bias", vocabulary);
        for (int layer = 0; layer < 2; layer++) {
            String name = prefix + "encoder.layer." + layer + ".";
            for (String norm : List.of("attention.output.LayerNorm", "output.LayerNorm")) {
                checkpoint.tensor(name + norm + ".weight", 32).tensor(name + norm + ".bias", 32);
            }
            for (String matrix : List.of(
                    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")) {
                checkpoint.tensor(name + matrix + ".weight", 32, 32).tensor(name + matrix + ".bias", 32);
            }
            checkpoint
                    .tensor(name + "intermediate.dense.weight", 48, 32)
                    .tensor(name + "intermediate.dense.bias", 48)
                    .tensor(name + "output.dense.weight", 32, 48)
                    .tensor(name + "output.dense.bias", 32);
        }
        return checkpoint;
    }

    /** {@code config.json} of {@link #decoder}. */
    static Map<String, Object> config(String modelClass) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of(modelClass));
        config.put("hidden_size", 32);
        config.put("intermediate_size", 48);
        config.put("num_hidden_layers", 2);
        config.put("num_attention_heads", 4);
        config.put("num_key_value_heads", 2);
        config.put("max_position_embeddings", 256);
        config.put("rms_norm_eps", 1e-5);
        return config;
    }

    /** A byte-level {@code tokenizer.json} with {@code trained} tokens, one merge, and added tokens behind. */
    static Map<String, Object> tokenizer(int trained, Object preTokenizer, Object... added) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        vocabulary.put("a", 0);
        vocabulary.put("b", 1);
        vocabulary.put("ab", 2);
        for (int id = 3; id < trained; id++) {
            vocabulary.put("t" + id, id);
        }
        Map<String, Object> tokenizer = new LinkedHashMap<>();
        List<Object> tokens = new ArrayList<>();
        for (int i = 0; i < added.length; i++) {
            tokens.add(Map.of(
                    "id",
                    trained + i,
                    "content",
                    added[i],
                    "special",
                    added[i].toString().startsWith("<")));
        }
        tokenizer.put("added_tokens", tokens);
        tokenizer.put("pre_tokenizer", preTokenizer);
        tokenizer.put("model", Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of(List.of("a", "b"))));
        return tokenizer;
    }

    /** The pre-tokenizer of Qwen 2, as its checkpoints have it: each digit alone. */
    static Object qwenPreTokenizer() {
        return preTokenizer("\\p{N}");
    }

    /** The pre-tokenizer of Llama 3: up to three digits together. */
    static Object llamaPreTokenizer() {
        return preTokenizer("\\p{N}{1,3}");
    }

    private static Object preTokenizer(String digits) {
        String words = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        Object split =
                Map.of("type", "Split", "pattern", Map.of("Regex", words), "behavior", "Isolated", "invert", false);
        Object bytes = Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false);
        return Map.of("type", "Sequence", "pretokenizers", List.of(split, bytes));
    }
}

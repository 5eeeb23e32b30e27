package dev.cortado.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.Tensor;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A golden model that is taken apart into a checkpoint and converted is the golden model again: keys, types, weights. */
class GoldenApartTest {
    /** Keys that a converter decides by itself, or that the golden files carry besides. */
    private static final Set<String> FREE = Set.of(
            "general.name", "qwen2.vocab_size", "qwen3.vocab_size", "gemma3.vocab_size", "tokenizer.ggml.scores");

    /** One is taken off Gemma's norms and added again, which may round the last bit; all else is exact. */
    private static final float ROUNDING = 1.2e-7f;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "bert-mean"})
    void is_the_same_again(String name) throws IOException {
        Path path = Oracle.find("arch/" + name + ".gguf").orElse(null);
        Assumptions.assumeTrue(path != null, "the collection of golden files is not there");
        try (GgufFile golden = GgufFile.open(path)) {
            takeApart(golden);
            ConvertOptions options = ConvertOptions.DEFAULT.withType(OutputType.F32);
            try (Converted converted = Converted.of(folder, folder.resolve("again.gguf"), options)) {
                for (String key : golden.metadata().keys()) {
                    if (!isFree(key, name)) {
                        MetadataValue expected = golden.metadata().typed(key).orElseThrow();
                        MetadataValue found = converted.metadata().typed(key).orElseThrow();
                        assertThat(found.typeText()).as(key).isEqualTo(expected.typeText());
                        assertThat(found.plain()).as(key).isEqualTo(expected.plain());
                    }
                }
                assertThat(converted.names())
                        .containsExactlyInAnyOrderElementsOf(
                                golden.tensors().stream().map(Tensor::name).toList());
                for (Tensor tensor : golden.tensors()) {
                    assertThat(converted.shape(tensor.name())).isEqualTo(tensor.shape());
                    assertThat(largestDifference(converted.values(tensor.name()), values(tensor)))
                            .as(tensor.name())
                            .isLessThanOrEqualTo(ROUNDING);
                }
            }
        }
    }

    /** As llama.cpp's converter does, BERT's [UNK] becomes a control token, which it is not in the golden file. */
    private static boolean isFree(String key, String name) {
        return FREE.contains(key) || name.startsWith("bert") && key.equals("tokenizer.ggml.token_type");
    }

    private static float largestDifference(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float largest = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - expected[i]));
        }
        return largest;
    }

    private void takeApart(GgufFile golden) throws IOException {
        Metadata metadata = golden.metadata();
        String architecture = metadata.requireString("general.architecture");
        Family family = Family.valueOf(architecture.toUpperCase(Locale.ROOT));
        CheckpointFolder checkpoint = new CheckpointFolder(folder, "F32", 1);
        Map<String, String> names = new LinkedHashMap<>();
        family.names().names().forEach((theirs, ours) -> names.put(ours, theirs));
        family.names().optional().forEach((theirs, ours) -> names.put(ours, theirs));
        for (Tensor tensor : golden.tensors()) {
            int dot = tensor.name().lastIndexOf('.');
            String base = tensor.name().substring(0, dot);
            String number = base.replaceFirst("^blk\\.(\\d+)\\..*", "$1");
            String theirs = names.get(base.replaceFirst("^blk\\.\\d+", "blk.#")).replace("#", number);
            long[] shape = tensor.shape();
            int[] reversed = new int[shape.length];
            for (int i = 0; i < shape.length; i++) {
                reversed[i] = (int) shape[shape.length - 1 - i];
            }
            float[] values = values(tensor);
            if (family == Family.LLAMA && base.matches(".*attn_[qk]")) {
                values = halves(values, (int) shape[0], metadata.requireInteger("llama.rope.dimension_count"));
            }
            if (family == Family.GEMMA3 && base.endsWith("norm")) {
                for (int i = 0; i < values.length; i++) {
                    values[i] -= 1;
                }
            }
            checkpoint.tensor(theirs + tensor.name().substring(dot), values, reversed);
        }
        checkpoint.json("config.json", config(metadata, architecture)).write();
        tokenizer(checkpoint, metadata);
    }

    /** Rows of each head in the order of its two halves, from the order of pairs. */
    private static float[] halves(float[] values, int columns, int head) {
        float[] result = new float[values.length];
        for (int row = 0; row < values.length / columns; row++) {
            int inHead = row % head;
            int to = row - inHead + (inHead % 2 == 0 ? inHead / 2 : head / 2 + inHead / 2);
            System.arraycopy(values, row * columns, result, to * columns, columns);
        }
        return result;
    }

    private static float[] values(Tensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    }

    private static Map<String, Object> config(Metadata metadata, String architecture) {
        Map<String, String> classes = Map.of(
                "llama", "LlamaForCausalLM",
                "qwen2", "Qwen2ForCausalLM",
                "qwen3", "Qwen3ForCausalLM",
                "gemma3", "Gemma3ForCausalLM",
                "bert", "BertModel");
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("context_length", "max_position_embeddings");
        keys.put("embedding_length", "hidden_size");
        keys.put("block_count", "num_hidden_layers");
        keys.put("feed_forward_length", "intermediate_size");
        keys.put("attention.head_count", "num_attention_heads");
        keys.put("attention.head_count_kv", "num_key_value_heads");
        keys.put("attention.layer_norm_rms_epsilon", "rms_norm_eps");
        keys.put("attention.layer_norm_epsilon", "layer_norm_eps");
        keys.put("attention.key_length", "head_dim");
        keys.put("attention.sliding_window", "sliding_window");
        keys.put("rope.freq_base", "rope_theta");
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of(classes.get(architecture)));
        keys.forEach((ours, theirs) ->
                metadata.value(architecture + "." + ours).ifPresent(value -> config.put(theirs, value)));
        metadata.value("tokenizer.ggml.token_type_count").ifPresent(value -> config.put("type_vocab_size", value));
        for (String role : List.of("bos", "eos", "padding", "unknown")) {
            metadata.value("tokenizer.ggml." + role + "_token_id")
                    .ifPresent(value -> config.put(role.substring(0, 3) + "_token_id", value));
        }
        return config;
    }

    private void tokenizer(CheckpointFolder checkpoint, Metadata metadata) throws IOException {
        String[] tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow();
        int[] types = metadata.integers("tokenizer.ggml.token_type").orElseThrow();
        Map<String, Object> configuration = new LinkedHashMap<>();
        metadata.bool("tokenizer.ggml.add_bos_token").ifPresent(add -> configuration.put("add_bos_token", add));
        metadata.bool("tokenizer.ggml.add_eos_token").ifPresent(add -> configuration.put("add_eos_token", add));
        checkpoint.json("tokenizer_config.json", configuration);
        switch (metadata.requireString("tokenizer.ggml.model")) {
            case "bert" -> {
                List<String> lines = new ArrayList<>();
                for (int id = 0; id < tokens.length; id++) {
                    boolean word = tokens[id].startsWith("\u2581");
                    lines.add(types[id] != 1 ? tokens[id] : word ? tokens[id].substring(1) : "##" + tokens[id]);
                }
                Files.writeString(folder.resolve("vocab.txt"), String.join("\n", lines) + "\n");
            }
            case "gpt2" -> bytePairs(checkpoint, metadata, tokens, types);
            default -> {
                ProtocolBufferWriter model = new ProtocolBufferWriter();
                float[] scores = metadata.reals("tokenizer.ggml.scores").orElseThrow();
                for (int id = 0; id < tokens.length; id++) {
                    ProtocolBufferWriter piece = new ProtocolBufferWriter();
                    piece.text(1, tokens[id]).float32(2, scores[id]).varint(3, types[id]);
                    model.bytes(1, piece.toBytes());
                }
                boolean prefix = metadata.bool("tokenizer.ggml.add_space_prefix", true);
                model.bytes(
                        3, new ProtocolBufferWriter().varint(3, prefix ? 1 : 0).toBytes());
                Files.write(folder.resolve("tokenizer.model"), model.toBytes());
            }
        }
    }

    private static void bytePairs(CheckpointFolder checkpoint, Metadata metadata, String[] tokens, int[] types)
            throws IOException {
        Map<String, Integer> trained = new LinkedHashMap<>();
        List<Object> added = new ArrayList<>();
        for (int id = 0; id < tokens.length; id++) {
            if (types[id] == 1) {
                trained.put(tokens[id], id);
            } else {
                added.add(Map.of("id", id, "content", tokens[id], "special", types[id] == 3));
            }
        }
        Object model = Map.of(
                "type",
                "BPE",
                "vocab",
                trained,
                "merges",
                metadata.strings("tokenizer.ggml.merges").orElseThrow());
        checkpoint.json(
                "tokenizer.json",
                Map.of(
                        "added_tokens", added,
                        "model", model,
                        "pre_tokenizer",
                                metadata.requireString("tokenizer.ggml.pre").equals("qwen2")
                                        ? CheckpointFolder.qwenPreTokenizer()
                                        : CheckpointFolder.llamaPreTokenizer()));
    }
}

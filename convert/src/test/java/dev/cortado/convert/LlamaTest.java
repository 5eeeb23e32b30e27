package dev.cortado.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Llama and Mistral: queries and keys in the order that interleaved RoPE wants, SentencePiece or byte-level BPE. */
class LlamaTest {
    private static final int HEAD = 8;

    @TempDir
    Path folder;

    private Path output() {
        return folder.resolve("out.gguf");
    }

    @Test
    void keys_are_those_of_the_configuration() throws IOException {
        Map<String, Object> config = CheckpointFolder.config("LlamaForCausalLM");
        config.put("rope_theta", 500_000);
        config.put("rope_scaling", Map.of("type", "linear", "factor", 4));
        sentencePiece(config, 24);

        try (Converted converted = Converted.of(folder, output(), ConvertOptions.DEFAULT.withName("Tiny"))) {
            assertThat(converted.metadata().toMap())
                    .containsEntry("general.architecture", "llama")
                    .containsEntry("general.type", "model")
                    .containsEntry("general.name", "Tiny")
                    .containsEntry("general.file_type", 1L)
                    .containsEntry("general.quantization_version", 2L)
                    .containsEntry("llama.block_count", 2L)
                    .containsEntry("llama.context_length", 256L)
                    .containsEntry("llama.embedding_length", 32L)
                    .containsEntry("llama.feed_forward_length", 48L)
                    .containsEntry("llama.attention.head_count", 4L)
                    .containsEntry("llama.attention.head_count_kv", 2L)
                    .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                    .containsEntry("llama.rope.freq_base", 500_000f)
                    .containsEntry("llama.rope.scaling.type", "linear")
                    .containsEntry("llama.rope.scaling.factor", 4f)
                    .containsEntry("llama.rope.dimension_count", (long) HEAD)
                    .containsEntry("llama.vocab_size", 24L)
                    .doesNotContainKey("llama.attention.key_length");
        }
    }

    @Test
    void sentence_pieces_keep_their_scores_and_types() throws IOException {
        Map<String, Object> config = CheckpointFolder.config("LlamaForCausalLM");
        sentencePiece(config, 24)
                .json(
                        "tokenizer_config.json",
                        Map.of(
                                "add_bos_token",
                                true,
                                "bos_token",
                                Map.of("content", "<s>"),
                                "eos_token",
                                "<|im_end|>",
                                "chat_template",
                                "{{ messages }}",
                                "added_tokens_decoder",
                                Map.of(
                                        "0", Map.of("content", "<unk>", "special", true),
                                        "20", Map.of("content", "<|im_end|>", "special", false),
                                        "21", Map.of("content", "\u2581user", "special", false),
                                        "90", Map.of("content", "beyond", "special", false))));

        try (Converted converted = Converted.of(folder, output(), ConvertOptions.DEFAULT)) {
            var metadata = converted.metadata();
            assertThat(metadata.requireString("tokenizer.ggml.model")).isEqualTo("llama");
            assertThat(metadata.requireString("tokenizer.ggml.pre")).isEqualTo("default");
            assertThat(metadata.strings("tokenizer.ggml.tokens").orElseThrow())
                    .hasSize(24)
                    .startsWith("<unk>", "<s>", "</s>", "<0x0A>", "\u2581", "p5")
                    .endsWith("p19", "<|im_end|>", " user", "[PAD22]", "[PAD23]");
            assertThat(metadata.integers("tokenizer.ggml.token_type").orElseThrow())
                    .startsWith(2, 3, 3, 6, 1, 1)
                    .endsWith(1, 3, 4, 5, 5);
            assertThat(metadata.reals("tokenizer.ggml.scores").orElseThrow())
                    .startsWith(0, 0, 0, 0, -1.5f, -5)
                    .endsWith(-19, -1000, -1000, -10000, -10000);
            assertThat(metadata.toMap())
                    .containsEntry("tokenizer.ggml.bos_token_id", 1L)
                    .containsEntry("tokenizer.ggml.eos_token_id", 20L)
                    .containsEntry("tokenizer.ggml.unknown_token_id", 0L)
                    .containsEntry("tokenizer.ggml.add_bos_token", true)
                    .containsEntry("tokenizer.ggml.add_space_prefix", true)
                    .containsEntry("tokenizer.chat_template", "{{ messages }}")
                    .doesNotContainKey("tokenizer.ggml.padding_token_id");
        }
    }

    @Test
    void matrices_are_rounded_vectors_are_not_and_the_rest_is_where_it_belongs() throws IOException {
        CheckpointFolder checkpoint = sentencePiece(CheckpointFolder.config("MistralForCausalLM"), 24);
        try (Converted converted = Converted.of(folder, output(), ConvertOptions.DEFAULT)) {
            assertThat(converted.type("blk.1.ffn_down.weight")).isEqualTo(TensorType.F16);
            assertThat(converted.type("blk.1.ffn_norm.weight")).isEqualTo(TensorType.F32);
            assertThat(converted.shape("blk.1.ffn_down.weight")).containsExactly(48, 32);
            assertThat(converted.values("blk.1.ffn_norm.weight"))
                    .isEqualTo(checkpoint.values("model.layers.1.post_attention_layernorm.weight"));
            float[] down =
                    checkpoint.values("model.layers.1.mlp.down_proj.weight").clone();
            for (int i = 0; i < down.length; i++) {
                down[i] = Float.float16ToFloat(Float.floatToFloat16(down[i]));
            }
            assertThat(converted.values("blk.1.ffn_down.weight")).isEqualTo(down);
            assertThat(converted.names())
                    .contains("token_embd.weight", "output_norm.weight", "output.weight", "blk.0.attn_q.bias")
                    .hasSize(2 * 9 + 4);
        }
    }

    @Test
    void turning_neighbours_gives_what_turning_halves_gave() throws IOException {
        CheckpointFolder checkpoint = sentencePiece(CheckpointFolder.config("LlamaForCausalLM"), 24);
        try (Converted converted = Converted.of(folder, output(), ConvertOptions.DEFAULT.withType(OutputType.F32))) {
            float[] query = checkpoint.values("model.layers.0.self_attn.q_proj.weight");
            float[] key = checkpoint.values("model.layers.0.self_attn.k_proj.weight");
            float[] bias = checkpoint.values("model.layers.0.self_attn.q_proj.bias");
            float[] ggufQuery = converted.values("blk.0.attn_q.weight");
            float[] ggufKey = converted.values("blk.0.attn_k.weight");
            float[] ggufBias = converted.values("blk.0.attn_q.bias");
            for (int head = 0; head < 4; head++) {
                double[] halves = score(query, bias, key, head, false);
                double[] neighbours = score(ggufQuery, ggufBias, ggufKey, head, true);
                assertThat(neighbours).containsExactly(halves, within(1e-9));
            }
        }
    }

    /** Scores of a query at position 5 with keys at positions 0 to 4, for one random input. */
    private static double[] score(float[] query, float[] bias, float[] key, int head, boolean interleaved) {
        double[] input = new Random(3).doubles(32, -1, 1).toArray();
        double[] q = project(query, head, input);
        for (int i = 0; i < HEAD; i++) {
            q[i] += bias[head * HEAD + i];
        }
        double[] turnedQuery = turned(q, 5, interleaved);
        double[] scores = new double[5];
        for (int position = 0; position < scores.length; position++) {
            double[] k = turned(project(key, head / 2, input), position, interleaved);
            for (int i = 0; i < HEAD; i++) {
                scores[position] += turnedQuery[i] * k[i];
            }
        }
        return scores;
    }

    private static double[] project(float[] matrix, int head, double[] input) {
        double[] result = new double[HEAD];
        for (int row = 0; row < HEAD; row++) {
            for (int column = 0; column < 32; column++) {
                result[row] += matrix[(head * HEAD + row) * 32 + column] * input[column];
            }
        }
        return result;
    }

    private static double[] turned(double[] values, int position, boolean interleaved) {
        double[] result = new double[HEAD];
        for (int pair = 0; pair < HEAD / 2; pair++) {
            double angle = position * Math.pow(10_000, -2.0 * pair / HEAD);
            int first = interleaved ? 2 * pair : pair;
            int second = interleaved ? first + 1 : pair + HEAD / 2;
            result[first] = values[first] * Math.cos(angle) - values[second] * Math.sin(angle);
            result[second] = values[first] * Math.sin(angle) + values[second] * Math.cos(angle);
        }
        return result;
    }

    @Test
    void llama_3_scaling_becomes_frequency_factors() throws IOException {
        Map<String, Object> config = CheckpointFolder.config("LlamaForCausalLM");
        config.put("rope_theta", 500_000.0);
        config.put("head_dim", 64);
        config.put(
                "rope_scaling",
                Map.of(
                        "rope_type", "llama3",
                        "factor", 32.0,
                        "low_freq_factor", 1.0,
                        "high_freq_factor", 4.0,
                        "original_max_position_embeddings", 8192));
        CheckpointFolder checkpoint = CheckpointFolder.decoder(folder, "BF16", "model.", 24, 64)
                .json("config.json", config)
                .json(
                        "tokenizer.json",
                        CheckpointFolder.tokenizer(
                                22, Map.of("type", "ByteLevel", "add_prefix_space", false), "<|begin|>", "<|end|>"))
                .write();

        try (Converted converted = Converted.of(checkpoint.path(), output(), ConvertOptions.DEFAULT)) {
            float[] factors = converted.values("rope_freqs.weight");
            assertThat(factors).hasSize(32);
            assertThat(Arrays.copyOf(factors, 15)).containsOnly(1);
            // computed apart from this code for base 500000 and width 64
            assertThat(factors[15]).isCloseTo(1.65133f, within(1e-4f));
            assertThat(factors[16]).isCloseTo(3.29226f, within(1e-4f));
            assertThat(factors[17]).isCloseTo(9.66673f, within(1e-4f));
            assertThat(Arrays.copyOfRange(factors, 18, 32)).containsOnly(32);
            assertThat(converted.type("rope_freqs.weight")).isEqualTo(TensorType.F32);
            assertThat(converted.metadata().keys())
                    .contains("llama.attention.key_length")
                    .doesNotContain("llama.rope.scaling.type", "output.weight");
            assertThat(converted.metadata().requireString("tokenizer.ggml.pre")).isEqualTo("gpt-2");
        }
    }

    private CheckpointFolder sentencePiece(Map<String, Object> config, int vocabulary) throws IOException {
        Files.write(folder.resolve("tokenizer.model"), SentencePieceFile.of(20, true));
        CheckpointFolder checkpoint = CheckpointFolder.decoder(folder, "F32", "model.", vocabulary, HEAD)
                .tensor("lm_head.weight", vocabulary, 32)
                .tensor("model.layers.0.self_attn.q_proj.bias", 4 * HEAD)
                .tensor("model.layers.0.self_attn.rotary_emb.inv_freq", HEAD / 2);
        return checkpoint.json("config.json", config).write();
    }
}

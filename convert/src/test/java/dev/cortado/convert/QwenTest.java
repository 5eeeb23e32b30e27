package dev.cortado.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Qwen 2 and 3: byte-level BPE, biases or norms on queries and keys, weights in several shards. */
class QwenTest {
    @TempDir
    Path folder;

    @Test
    void qwen2_in_its_own_precision_is_a_copy() throws IOException {
        CheckpointFolder checkpoint = qwen2("BF16");
        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            assertThat(converted.metadata().requireInteger("general.file_type")).isEqualTo(32);
            assertThat(converted.type("blk.0.attn_q.weight")).isEqualTo(TensorType.BF16);
            assertThat(converted.values("blk.0.attn_q.weight"))
                    .isEqualTo(checkpoint.values("model.layers.0.self_attn.q_proj.weight"));
            assertThat(converted.type("blk.0.attn_q.bias")).isEqualTo(TensorType.F32);
            assertThat(converted.values("blk.0.attn_q.bias"))
                    .isEqualTo(checkpoint.values("model.layers.0.self_attn.q_proj.bias"));
            assertThat(converted.metadata().toMap())
                    .containsEntry("qwen2.rope.freq_base", 1_000_000f)
                    .doesNotContainKeys("qwen2.vocab_size", "qwen2.rope.dimension_count", "tokenizer.ggml.scores");
        }
    }

    @Test
    void tied_embeddings_are_written_once() throws IOException {
        CheckpointFolder checkpoint =
                qwen2("BF16").tensor("lm_head.weight", 26, 32).write();
        Map<String, Object> config = config("Qwen2ForCausalLM");
        config.put("tie_word_embeddings", true);
        checkpoint.json("config.json", config);
        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            assertThat(converted.names()).doesNotContain("output.weight").contains("token_embd.weight");
        }
    }

    @Test
    void byte_level_vocabulary_with_merges_and_roles() throws IOException {
        qwen2("F16");
        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            var metadata = converted.metadata();
            assertThat(metadata.requireString("tokenizer.ggml.model")).isEqualTo("gpt2");
            assertThat(metadata.requireString("tokenizer.ggml.pre")).isEqualTo("qwen2");
            assertThat(metadata.strings("tokenizer.ggml.tokens").orElseThrow())
                    .startsWith("a", "b", "ab", "t3")
                    .endsWith("t21", "<|endoftext|>", "<|im_end|>", "plain", "[PAD25]");
            assertThat(metadata.integers("tokenizer.ggml.token_type").orElseThrow())
                    .endsWith(1, 3, 3, 4, 5);
            assertThat(metadata.strings("tokenizer.ggml.merges").orElseThrow()).containsExactly("a b");
            assertThat(metadata.toMap())
                    .containsEntry("tokenizer.ggml.eos_token_id", 23L)
                    .containsEntry("tokenizer.ggml.padding_token_id", 22L)
                    .containsEntry("tokenizer.ggml.bos_token_id", 22L)
                    .containsEntry("tokenizer.ggml.add_bos_token", false)
                    .containsEntry("tokenizer.chat_template", "{{ bos }}")
                    .containsEntry("tokenizer.chat_template.tool_use", "{{ tools }}");
            assertThat(metadata.strings("tokenizer.chat_templates").orElseThrow())
                    .containsExactly("tool_use");
        }
    }

    @Test
    void qwen3_of_two_shards_without_the_outer_class() throws IOException {
        CheckpointFolder checkpoint = CheckpointFolder.decoder(folder, "F16", "", 26, 16);
        for (int layer = 0; layer < 2; layer++) {
            checkpoint
                    .tensor("layers." + layer + ".self_attn.q_norm.weight", 16)
                    .tensor("layers." + layer + ".self_attn.k_norm.weight", 16);
        }
        Map<String, Object> config = config("Qwen3Model");
        config.put("head_dim", 16);
        config.put("rope_scaling", Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 64));
        Files.createDirectory(folder.resolve("1_Pooling"));
        checkpoint
                .json("config.json", config)
                .json("tokenizer.json", tokenizer())
                .json("1_Pooling/config.json", Map.of("pooling_mode_lasttoken", true))
                .json("generation_config.json", Map.of("temperature", 0.6, "top_k", 20, "top_p", 0.95))
                .writeShards();

        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            assertThat(converted.names()).hasSize(2 * 11 + 2);
            assertThat(converted.values("blk.1.attn_q_norm.weight"))
                    .isEqualTo(checkpoint.values("layers.1.self_attn.q_norm.weight"));
            assertThat(converted.values("blk.1.attn_q.weight"))
                    .isEqualTo(checkpoint.values("layers.1.self_attn.q_proj.weight"));
            assertThat(converted.shape("blk.1.attn_q.weight")).containsExactly(32, 64);
            assertThat(converted.metadata().toMap())
                    .containsEntry("general.architecture", "qwen3")
                    .containsEntry("general.sampling.temp", 0.6f)
                    .containsEntry("general.sampling.top_k", 20L)
                    .containsEntry("general.sampling.top_p", 0.95f)
                    .containsEntry("qwen3.pooling_type", 3L)
                    .containsEntry("qwen3.attention.key_length", 16L)
                    .containsEntry("qwen3.attention.value_length", 16L)
                    .containsEntry("qwen3.rope.scaling.type", "yarn")
                    .containsEntry("qwen3.rope.scaling.factor", 4f)
                    .containsEntry("qwen3.rope.scaling.original_context_length", 64L);
        }
    }

    private CheckpointFolder qwen2(String dtype) throws IOException {
        CheckpointFolder checkpoint = CheckpointFolder.decoder(folder, dtype, "model.", 26, 8);
        for (int layer = 0; layer < 2; layer++) {
            checkpoint
                    .tensor("model.layers." + layer + ".self_attn.q_proj.bias", 32)
                    .tensor("model.layers." + layer + ".self_attn.k_proj.bias", 16)
                    .tensor("model.layers." + layer + ".self_attn.v_proj.bias", 16);
        }
        return checkpoint
                .json("config.json", config("Qwen2ForCausalLM"))
                .json("tokenizer.json", tokenizer())
                .json(
                        "tokenizer_config.json",
                        Map.of(
                                "add_bos_token",
                                false,
                                "eos_token",
                                "<|im_end|>",
                                "pad_token",
                                "<|endoftext|>",
                                "chat_template",
                                List.of(
                                        Map.of("name", "default", "template", "{{ bos }}"),
                                        Map.of("name", "tool_use", "template", "{{ tools }}"))))
                .write();
    }

    private static Map<String, Object> config(String modelClass) {
        Map<String, Object> config = CheckpointFolder.config(modelClass);
        config.put("rope_theta", 1_000_000.0);
        config.put("bos_token_id", 22);
        return config;
    }

    private static Map<String, Object> tokenizer() {
        return CheckpointFolder.tokenizer(
                22, CheckpointFolder.qwenPreTokenizer(), "<|endoftext|>", "<|im_end|>", "plain");
    }
}

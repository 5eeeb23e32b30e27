package dev.cortado.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gemma 3: norms stored around zero, four of them a layer, a vision tower that stays behind. */
class Gemma3Test {
    @TempDir
    Path folder;

    @Test
    void one_is_added_to_every_norm() throws IOException {
        CheckpointFolder checkpoint =
                gemma("model.").json("config.json", config("Gemma3ForCausalLM")).write();
        Files.write(folder.resolve("tokenizer.model"), SentencePieceFile.of(26, false));
        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            for (var names : Map.of(
                            "blk.1.attn_norm.weight", "model.layers.1.input_layernorm.weight",
                            "blk.1.post_attention_norm.weight", "model.layers.1.post_attention_layernorm.weight",
                            "blk.1.ffn_norm.weight", "model.layers.1.pre_feedforward_layernorm.weight",
                            "blk.1.post_ffw_norm.weight", "model.layers.1.post_feedforward_layernorm.weight",
                            "blk.1.attn_q_norm.weight", "model.layers.1.self_attn.q_norm.weight",
                            "blk.1.attn_k_norm.weight", "model.layers.1.self_attn.k_norm.weight",
                            "output_norm.weight", "model.norm.weight")
                    .entrySet()) {
                float[] expected = checkpoint.values(names.getValue()).clone();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += 1;
                }
                assertThat(converted.values(names.getKey())).as(names.getKey()).isEqualTo(expected);
                assertThat(converted.type(names.getKey())).isEqualTo(TensorType.F32);
            }
            assertThat(converted.values("blk.0.attn_q.weight"))
                    .isEqualTo(checkpoint.values("model.layers.0.self_attn.q_proj.weight"));
            assertThat(converted.metadata().bool("tokenizer.ggml.add_space_prefix"))
                    .contains(false);
            assertThat(converted.metadata().toMap())
                    .containsEntry("gemma3.attention.sliding_window", 12L)
                    .containsEntry("gemma3.attention.key_length", 8L)
                    .containsEntry("gemma3.rope.freq_base", 1_000_000f)
                    .doesNotContainKey("gemma3.final_logit_softcapping");
        }
    }

    @Test
    void the_language_model_is_taken_out_of_the_multimodal_one() throws IOException {
        CheckpointFolder checkpoint = gemma("language_model.model.")
                .tensor("vision_tower.vision_model.embeddings.patch_embedding.weight", 4, 3, 2, 2)
                .tensor("multi_modal_projector.mm_soft_emb_norm.weight", 8);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("Gemma3ForConditionalGeneration"));
        config.put("text_config", config(""));
        config.put("vision_config", Map.of("hidden_size", 8));
        checkpoint
                .json("config.json", config)
                .json("tokenizer.json", tokenizer())
                .write();

        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            assertThat(converted.names()).hasSize(2 * 13 + 2);
            assertThat(converted.metadata().requireInteger("gemma3.embedding_length"))
                    .isEqualTo(32);
        }
    }

    @Test
    void merges_become_scores_in_their_order() throws IOException {
        gemma("model.")
                .json("config.json", config("Gemma3ForCausalLM"))
                .json("tokenizer.json", tokenizer())
                .json("tokenizer_config.json", Map.of("bos_token", "<bos>", "eos_token", "<eos>"))
                .write();
        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            var metadata = converted.metadata();
            assertThat(metadata.requireString("tokenizer.ggml.model")).isEqualTo("llama");
            assertThat(metadata.strings("tokenizer.ggml.tokens").orElseThrow())
                    .startsWith(
                            "<pad>", "<eos>", "<bos>", "<unk>", "<0x00>", "\u2581", "a", "b", "ab", "\u2581ab", "  ");
            assertThat(metadata.integers("tokenizer.ggml.token_type").orElseThrow())
                    .startsWith(3, 3, 3, 2, 6, 1, 1, 1, 1, 1, 4);
            float[] scores = metadata.reals("tokenizer.ggml.scores").orElseThrow();
            assertThat(scores[8]).as("ab, made by the first merge").isGreaterThan(scores[9]);
            assertThat(scores[9]).as("▁ab, made by the second").isGreaterThan(scores[6]);
            assertThat(metadata.toMap())
                    .containsEntry("tokenizer.ggml.bos_token_id", 2L)
                    .containsEntry("tokenizer.ggml.eos_token_id", 1L)
                    .containsEntry("tokenizer.ggml.unknown_token_id", 3L)
                    .containsEntry("tokenizer.ggml.add_space_prefix", false)
                    .containsEntry("tokenizer.ggml.add_bos_token", true);
        }
    }

    private CheckpointFolder gemma(String prefix) {
        CheckpointFolder checkpoint = CheckpointFolder.decoder(folder, "BF16", prefix, 26, 8);
        for (int layer = 0; layer < 2; layer++) {
            String name = prefix + "layers." + layer + ".";
            checkpoint
                    .tensor(name + "pre_feedforward_layernorm.weight", 32)
                    .tensor(name + "post_feedforward_layernorm.weight", 32)
                    .tensor(name + "self_attn.q_norm.weight", 8)
                    .tensor(name + "self_attn.k_norm.weight", 8);
        }
        return checkpoint;
    }

    private static Map<String, Object> config(String modelClass) {
        Map<String, Object> config = CheckpointFolder.config(modelClass);
        config.put("head_dim", 8);
        config.put("sliding_window", 12);
        return config;
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (String token : List.of(
                "<pad>", "<eos>", "<bos>", "<unk>", "<0x00>", "\u2581", "a", "b", "ab", "\u2581ab", "\u2581\u2581")) {
            vocabulary.put(token, vocabulary.size());
        }
        return Map.of(
                "added_tokens",
                        List.of(
                                Map.of("id", 0, "content", "<pad>", "special", true),
                                Map.of("id", 1, "content", "<eos>", "special", true),
                                Map.of("id", 2, "content", "<bos>", "special", true),
                                Map.of("id", 3, "content", "<unk>", "special", true),
                                Map.of("id", 10, "content", "\u2581\u2581", "special", false)),
                "normalizer", Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "\u2581"),
                "post_processor",
                        Map.of(
                                "type",
                                "TemplateProcessing",
                                "single",
                                List.of(
                                        Map.of("SpecialToken", Map.of("id", "<bos>")),
                                        Map.of("Sequence", Map.of("id", "A")))),
                "model",
                        Map.of(
                                "type",
                                "BPE",
                                "byte_fallback",
                                true,
                                "unk_token",
                                "<unk>",
                                "vocab",
                                vocabulary,
                                "merges",
                                List.of("a b", "\u2581 ab", "\u2581a b")));
    }
}

package dev.cortado.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.TensorType;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BERT: WordPiece, pooling, embeddings of positions and token types, no pooler. */
class BertTest {
    @TempDir
    Path folder;

    @Test
    void from_a_word_list_alone() throws IOException {
        CheckpointFolder checkpoint = CheckpointFolder.encoder(folder, "bert.", 10)
                .json("config.json", config())
                .write();
        Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nrun\n##ning\n!\n\u2028\n");

        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            assertThat(converted.metadata().strings("tokenizer.ggml.tokens").orElseThrow())
                    .containsExactly(
                            "[PAD]",
                            "[UNK]",
                            "[CLS]",
                            "[SEP]",
                            "[MASK]",
                            "\u2581run",
                            "ning",
                            "\u2581!",
                            "\u2581\u2028",
                            "[PAD9]");
            assertThat(converted
                            .metadata()
                            .integers("tokenizer.ggml.token_type")
                            .orElseThrow())
                    .containsExactly(3, 3, 3, 3, 3, 1, 1, 1, 1, 5);
            assertThat(converted.metadata().toMap())
                    .containsEntry("tokenizer.ggml.model", "bert")
                    .containsEntry("tokenizer.ggml.token_type_count", 2L)
                    .containsEntry("tokenizer.ggml.padding_token_id", 0L)
                    .containsEntry("tokenizer.ggml.unknown_token_id", 1L)
                    .containsEntry("tokenizer.ggml.cls_token_id", 2L)
                    .containsEntry("tokenizer.ggml.bos_token_id", 2L)
                    .containsEntry("tokenizer.ggml.seperator_token_id", 3L)
                    .containsEntry("tokenizer.ggml.eos_token_id", 3L)
                    .containsEntry("tokenizer.ggml.mask_token_id", 4L)
                    .containsEntry("bert.attention.causal", false)
                    .containsEntry("bert.attention.layer_norm_epsilon", 1e-12f)
                    .containsEntry("bert.pooling_type", 1L)
                    .containsEntry("bert.context_length", 16L)
                    .doesNotContainKeys("bert.attention.head_count_kv", "bert.rope.freq_base");
            assertThat(converted.names()).hasSize(2 * 16 + 5).noneMatch(name -> name.contains("pooler"));
            assertThat(converted.type("position_embd.weight")).isEqualTo(TensorType.F32);
            assertThat(converted.type("token_types.weight")).isEqualTo(TensorType.F32);
            assertThat(converted.type("token_embd.weight")).isEqualTo(TensorType.F16);
            assertThat(converted.values("token_embd_norm.weight"))
                    .isEqualTo(checkpoint.values("bert.embeddings.LayerNorm.gamma"));
            assertThat(converted.values("token_embd_norm.bias"))
                    .isEqualTo(checkpoint.values("bert.embeddings.LayerNorm.beta"));
            assertThat(converted.values("blk.1.attn_output_norm.bias"))
                    .isEqualTo(checkpoint.values("bert.encoder.layer.1.attention.output.LayerNorm.bias"));
            assertThat(converted.values("blk.1.layer_output_norm.bias"))
                    .isEqualTo(checkpoint.values("bert.encoder.layer.1.output.LayerNorm.bias"));
        }
    }

    @Test
    void pooling_as_the_modules_say() throws IOException {
        Files.createDirectory(folder.resolve("2_Pool"));
        CheckpointFolder.encoder(folder, "", 10)
                .json("config.json", config())
                .json("tokenizer.json", tokenizer())
                .json(
                        "modules.json",
                        List.of(
                                Map.of("path", "", "type", "sentence_transformers.models.Transformer"),
                                Map.of("path", "2_Pool", "type", "sentence_transformers.models.Pooling")))
                .json("2_Pool/config.json", Map.of("pooling_mode_cls_token", true, "pooling_mode_mean_tokens", false))
                .write();
        try (Converted converted = Converted.of(folder, folder.resolve("out.gguf"), ConvertOptions.DEFAULT)) {
            assertThat(converted.metadata().requireInteger("bert.pooling_type")).isEqualTo(2);
            assertThat(converted.metadata().strings("tokenizer.ggml.tokens").orElseThrow())
                    .startsWith("[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2581run", "ning");
        }
    }

    @Test
    @RequiresModel(RealModel.MINILM)
    void all_minilm_l6_v2(Path checkpoint) throws IOException {
        long[] last = {0, 0};
        ConvertOptions options = ConvertOptions.DEFAULT.withListener((tensor, done, total) -> {
            assertThat(done).isGreaterThan(last[0]);
            last[0] = done;
            last[1] = total;
        });
        try (Converted converted = Converted.of(checkpoint, folder.resolve("minilm.gguf"), options)) {
            assertThat(last[0]).isEqualTo(last[1]).isEqualTo(22_565_376);
            assertThat(converted.metadata().toMap())
                    .containsEntry("general.name", "all-MiniLM-L6-v2")
                    .containsEntry("general.size_label", "23M")
                    .containsEntry("bert.pooling_type", 1L)
                    .containsEntry("bert.block_count", 6L)
                    .containsEntry("tokenizer.ggml.cls_token_id", 101L)
                    .containsEntry("tokenizer.ggml.seperator_token_id", 102L);
            assertThat(converted.metadata().strings("tokenizer.ggml.tokens").orElseThrow())
                    .hasSize(30_522)
                    .contains("\u2581the", "ing", "[MASK]")
                    .doesNotContain("##ing");
            assertThat(converted.names()).hasSize(6 * 16 + 5);
            assertThat(converted.shape("blk.5.ffn_up.weight")).containsExactly(384, 1536);
            assertThat(converted.type("blk.5.ffn_up.weight")).isEqualTo(TensorType.F16);
        }
    }

    /** Expected: what GPT4All 2.8.2 embeds "hello world" to with this model in F16, which computes in half precision. */
    @Test
    @RequiresModel(RealModel.MINILM)
    void all_minilm_l6_v2_embeds_as_gpt4all_does(Path checkpoint) throws IOException {
        Path file = folder.resolve("minilm.gguf");
        Converter.convert(checkpoint, file, ConvertOptions.DEFAULT);
        try (ReferenceBackend backend = new ReferenceBackend();
                Model model = Model.open(file, backend, ModelOptions.DEFAULT)) {
            List<String> tokens =
                    List.of(model.metadata().strings("tokenizer.ggml.tokens").orElseThrow());
            int[] text = List.of("[CLS]", "\u2581hello", "\u2581world", "[SEP]").stream()
                    .mapToInt(tokens::indexOf)
                    .toArray();

            float[] embedding = model.embed(List.of(text))[0];

            double length = 0;
            for (float value : embedding) {
                length += value * value;
            }
            float scale = (float) (1 / Math.sqrt(length));
            float[] expected = {-0.03448f, 0.030899f, 0.006686f, 0.026057f, -0.039417f, -0.16039f, 0.0669f, -0.006486f};
            for (int i = 0; i < expected.length; i++) {
                assertThat(embedding[i] * scale).isCloseTo(expected[i], within(1e-4f));
            }
        }
    }

    private static Map<String, Object> config() {
        Map<String, Object> config = CheckpointFolder.config("BertModel");
        config.put("max_position_embeddings", 16);
        config.put("layer_norm_eps", 1e-12);
        config.put("type_vocab_size", 2);
        return config;
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "run", "##ning")) {
            vocabulary.put(token, vocabulary.size());
        }
        return Map.of(
                "added_tokens",
                List.of(
                        Map.of("id", 0, "content", "[PAD]", "special", true),
                        Map.of("id", 1, "content", "[UNK]", "special", true),
                        Map.of("id", 2, "content", "[CLS]", "special", true),
                        Map.of("id", 3, "content", "[SEP]", "special", true)),
                "pre_tokenizer",
                Map.of("type", "BertPreTokenizer"),
                "model",
                Map.of("type", "WordPiece", "vocab", vocabulary));
    }
}

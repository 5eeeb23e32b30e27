package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.reference.ReferenceBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Families without a golden of their own: a file with exactly the tensors that llama.cpp asks for is opened, and each tensor
 * has its part in the result.
 */
class FamiliesTest {
    private static final int[] TOKENS = {5, 17, 203, 9, 44, 101, 3, 78, 12, 250, 31, 6};
    private static final ModelOptions F32 = ModelOptions.DEFAULT.withKvType(KvShape.Type.F32).withContextLength(64);


    @TempDir
    Path folder;

    private static final String[] Q_K_V_O = {
        "attn_q.weight 32 32", "attn_k.weight 32 16", "attn_v.weight 32 16", "attn_output.weight 32 32"
    };
    private static final String[] GATE_UP_DOWN = {"ffn_gate.weight 32 48", "ffn_up.weight 32 48", "ffn_down.weight 48 32"};
    private static final String[] UP_DOWN_BIASED = {
        "ffn_up.weight 32 48", "ffn_up.bias 48", "ffn_down.weight 48 32", "ffn_down.bias 32"
    };
    private static final String[] EXPERTS = {
        "ffn_gate_inp.weight 32 4",
        "ffn_gate_exps.weight 32 48 4",
        "ffn_up_exps.weight 32 48 4",
        "ffn_down_exps.weight 48 32 4"
    };
    private static final String[] HEAD_NORMS = {"attn_q_norm.weight 8", "attn_k_norm.weight 8"};
    private static final String[] SANDWICH = {
        "attn_norm.weight 32", "post_attention_norm.weight 32", "ffn_norm.weight 32", "post_ffw_norm.weight 32"
    };
    private static final String[] PRE = {"attn_norm.weight 32", "ffn_norm.weight 32"};
    private static final String[] PRE_BIASED = {
        "attn_norm.weight 32", "attn_norm.bias 32", "ffn_norm.weight 32", "ffn_norm.bias 32"
    };

    private static TinyModel model(String architecture) {
        return new TinyModel(architecture).number("attention.head_count_kv", 2).tensors("output_norm.weight 32");
    }

    private static TinyModel mixture(String architecture) {
        return model(architecture).number("expert_count", 4).number("expert_used_count", 2);
    }

    private static List<TinyModel> families() {
        return List.of(
                model("qwen")
                        .number("attention.head_count_kv", 4)
                        .number("feed_forward_length", 96)
                        .tensors("output.weight 32 0")
                        .layer(PRE)
                        .layer("attn_qkv.weight 32 96", "attn_qkv.bias 96", "attn_output.weight 32 32")
                        .layer(GATE_UP_DOWN),
                mixture("qwen3moe").layer(PRE).layer(Q_K_V_O).layer(HEAD_NORMS).layer(EXPERTS),
                mixture("phimoe")
                        .tensors("output_norm.bias 32", "output.weight 32 0", "output.bias 379", "rope_factors_long.weight 4")
                        .number("rope.scaling.original_context_length", 32)
                        .layer(PRE_BIASED)
                        .layer(Q_K_V_O)
                        .layer("attn_output.bias 32")
                        .layer(EXPERTS),
                model("falcon")
                        .tensors("output_norm.bias 32")
                        .layer("attn_norm.weight 32", "attn_norm.bias 32", "attn_norm_2.weight 32", "attn_norm_2.bias 32")
                        .layer("attn_qkv.weight 32 64", "attn_output.weight 32 32")
                        .layer("ffn_up.weight 32 48", "ffn_down.weight 48 32"),
                model("starcoder2")
                        .tensors("output_norm.bias 32")
                        .layer(PRE_BIASED)
                        .layer(Q_K_V_O)
                        .layer("attn_q.bias 32", "attn_k.bias 16", "attn_v.bias 16", "attn_output.bias 32")
                        .layer(UP_DOWN_BIASED),
                model("baichuan").layers(40).number("attention.head_count_kv", 2).layer(PRE).layer(Q_K_V_O).layer(GATE_UP_DOWN),
                mixture("olmoe")
                        .number("attention.head_count_kv", 4)
                        .layer(PRE)
                        .layer("attn_q.weight 32 32", "attn_k.weight 32 32", "attn_v.weight 32 32", "attn_output.weight 32 32")
                        .layer("attn_q_norm.weight 32", "attn_k_norm.weight 32")
                        .layer(EXPERTS),
                model("command-r")
                        .real("logit_scale", 0.25f)
                        .layer("attn_norm.weight 32", "attn_q_norm.weight 8 4", "attn_k_norm.weight 8 2")
                        .layer(Q_K_V_O)
                        .layer(GATE_UP_DOWN),
                model("cohere2")
                        .layers(4)
                        .real("logit_scale", 0.25f)
                        .number("attention.sliding_window", 5)
                        .layer("attn_norm.weight 32")
                        .layer(Q_K_V_O)
                        .layer(GATE_UP_DOWN),
                mixture("granitemoe")
                        .real("logit_scale", 2)
                        .real("attention.scale", 0.2f)
                        .number("expert_shared_feed_forward_length", 24)
                        .layer(PRE)
                        .layer(Q_K_V_O)
                        .layer(EXPERTS)
                        .layer("ffn_gate_shexp.weight 32 24", "ffn_up_shexp.weight 32 24", "ffn_down_shexp.weight 24 32"),
                model("exaone4")
                        .layer("post_attention_norm.weight 32", "post_ffw_norm.weight 32")
                        .layer(HEAD_NORMS)
                        .layer(Q_K_V_O)
                        .layer(GATE_UP_DOWN),
                model("chatglm")
                        .number("rope.dimension_count", 4)
                        .tensors("output.weight 32 0")
                        .layer(PRE)
                        .layer("attn_qkv.weight 32 64", "attn_qkv.bias 64", "attn_output.weight 32 32")
                        .layer("ffn_up.weight 32 96", "ffn_down.weight 48 32"),
                model("nemotron")
                        .tensors("output_norm.bias 32", "output.weight 32 0")
                        .layer(PRE_BIASED)
                        .layer(Q_K_V_O)
                        .layer("ffn_up.weight 32 48", "ffn_down.weight 48 32"),
                model("seed_oss")
                        .layer("attn_norm.weight 32", "post_attention_norm.weight 32")
                        .layer("attn_q.bias 32", "attn_k.bias 16", "attn_v.bias 16")
                        .layer(Q_K_V_O)
                        .layer(GATE_UP_DOWN),
                model("hunyuan-dense").layer(PRE).layer(HEAD_NORMS).layer(Q_K_V_O).layer(GATE_UP_DOWN),
                model("gptneox")
                        .number("attention.head_count_kv", 4)
                        .flag("use_parallel_residual", false)
                        .tensors("output_norm.bias 32", "output.weight 32 0")
                        .layer(PRE_BIASED)
                        .layer("attn_qkv.weight 32 96", "attn_qkv.bias 96", "attn_output.weight 32 32", "attn_output.bias 32")
                        .layer(UP_DOWN_BIASED),
                model("stablelm")
                        .tensors("output_norm.bias 32", "output.weight 32 0")
                        .layer("attn_norm.weight 32", "attn_norm.bias 32", "attn_q_norm.weight 8 4", "attn_k_norm.weight 8 2")
                        .layer(Q_K_V_O)
                        .layer(GATE_UP_DOWN),
                new TinyModel("gemma-embedding")
                        .layers(6)
                        .number("attention.head_count_kv", 2)
                        .number("attention.sliding_window", 6)
                        .number("pooling_type", 1)
                        .tensors("output_norm.weight 32", "dense_2.weight 32 40", "dense_3.weight 40 32")
                        .layer(SANDWICH)
                        .layer(HEAD_NORMS)
                        .layer(Q_K_V_O)
                        .layer(GATE_UP_DOWN),
                new TinyModel("modern-bert")
                        .layers(3)
                        .number("attention.sliding_window", 6)
                        .number("pooling_type", 2)
                        .tensors("output_norm.weight 32", "token_embd_norm.weight 32")
                        .layer(PRE)
                        .layer("attn_qkv.weight 32 96", "attn_output.weight 32 32")
                        .layer("ffn_up.weight 32 96", "ffn_down.weight 48 32"),
                new TinyModel("jina-bert-v2")
                        .number("pooling_type", 1)
                        .tensors("token_embd_norm.weight 32", "token_embd_norm.bias 32", "token_types.weight 32 1")
                        .layer("attn_q.weight 32 32", "attn_k.weight 32 32", "attn_v.weight 32 32", "attn_output.weight 32 32")
                        .layer("attn_output_norm.weight 32", "attn_output_norm.bias 32")
                        .layer("layer_output_norm.weight 32", "layer_output_norm.bias 32")
                        .layer(GATE_UP_DOWN));
    }

    @TestFactory
    Stream<DynamicTest> every_tensor_of_a_family_has_its_part_in_the_result() {
        return families().stream().map(model -> DynamicTest.dynamicTest(model.architecture(), () -> {
            float[] result = result(model, "");
            assertThat(result).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
            for (String name : model.names(379)) {
                if (name.startsWith("blk.") && !name.startsWith("blk.0.")) {
                    continue; // the first layer stands for all of them
                }
                assertThat(result(model, name)).as("result with another %s", name).isNotEqualTo(result);
            }
        }));
    }

    /** The first results of a second implementation: float64, one line of Python for each formula. */
    @TestFactory
    Stream<DynamicTest> a_second_implementation_agrees() throws IOException {
        JsonNode second;
        try (InputStream results = getClass().getResourceAsStream("/families/first-results.json")) {
            second = new ObjectMapper().readTree(results);
        }
        return families().stream().map(model -> DynamicTest.dynamicTest(model.architecture(), () -> {
            float[] result = result(model, "");
            JsonNode expected = second.get(model.architecture());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(result[i]).as("[%d]", i).isCloseTo((float) expected.get(i).asDouble(), within(1e-4f));
            }
        }));
    }

    @Test
    void every_family_is_declared_once() {
        List<String> names = Model.families().stream().map(Family::name).toList();
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(50);
        assertThat(Model.families().stream().filter(family -> !family.generates()).map(Family::name).collect(Collectors.toSet()))
                .isEqualTo(Set.of("bert", "nomic-bert", "jina-bert-v2", "modern-bert", "gemma-embedding"));
    }

    private float[] result(TinyModel tiny, String changed) throws IOException {
        Path file = tiny.write(folder.resolve("tiny.gguf"), changed);
        try (ReferenceBackend backend = new ReferenceBackend();
                Model model = Model.open(file, backend, F32)) {
            if (!model.generates()) {
                return model.embed(List.of(TOKENS))[0];
            }
            try (Sequence sequence = model.newSequence(TOKENS.length)) {
                Batch batch = new Batch();
                batch.add(sequence, TOKENS, 0, TOKENS.length, Batch.Rows.LAST);
                model.forward(batch);
                return batch.logits(0);
            }
        }
    }
}

package dev.cortado.gguf.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.testkit.Oracle;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MixtureTest {
    private static final int LAYERS = 32;
    private static final ModelShape LLAMA = new ModelShape("llama", LAYERS, 1, 0);
    private static final ModelShape GROUPED = new ModelShape("llama", LAYERS, 4, 0);
    private static final ModelShape MIXTRAL = new ModelShape("llama", LAYERS, 4, 8);

    @Test
    void q4_k_m_gives_six_bits_to_outer_layers_and_every_third_between() {
        Map<String, TensorType> types = types(LLAMA, FileType.Q4_K_M);
        List<Integer> better = List.of(0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31);
        for (String role : List.of("attn_v", "ffn_down")) {
            assertThat(layersOf(types, role, TensorType.Q6_K)).isEqualTo(better);
            assertThat(layersOf(types, role, TensorType.Q4_K)).hasSize(LAYERS - better.size());
        }
        for (String role : List.of("attn_q", "attn_k", "attn_output", "ffn_gate", "ffn_up")) {
            assertThat(layersOf(types, role, TensorType.Q4_K)).hasSize(LAYERS);
        }
        assertThat(types).containsEntry("output.weight", TensorType.Q6_K);
        assertThat(types).containsEntry("token_embd.weight", TensorType.Q4_K);
    }

    @Test
    void small_mixtures_improve_the_first_layers_only() {
        Map<String, TensorType> types = types(LLAMA, FileType.Q4_K_S);
        assertThat(layersOf(types, "attn_v", TensorType.Q5_K)).containsExactly(0, 1, 2, 3);
        assertThat(layersOf(types, "ffn_down", TensorType.Q5_K)).containsExactly(0, 1, 2, 3);
        assertThat(layersOf(types(LLAMA, FileType.Q5_K_S), "ffn_down", TensorType.Q5_K))
                .hasSize(LAYERS);
    }

    @Test
    void three_bit_mixtures_come_in_three_sizes() {
        assertThat(types(LLAMA, FileType.Q3_K_S).values())
                .containsOnly(TensorType.Q3_K, TensorType.Q6_K, TensorType.F32);
        Map<String, TensorType> medium = types(LLAMA, FileType.Q3_K_M);
        assertThat(layersOf(medium, "attn_v", TensorType.Q5_K)).containsExactly(0, 1);
        assertThat(layersOf(medium, "ffn_down", TensorType.Q5_K)).containsExactly(0, 1);
        assertThat(layersOf(medium, "attn_output", TensorType.Q4_K)).hasSize(LAYERS);
        Map<String, TensorType> large = types(LLAMA, FileType.Q3_K_L);
        for (String role : List.of("attn_v", "attn_output", "ffn_down")) {
            assertThat(layersOf(large, role, TensorType.Q5_K)).hasSize(LAYERS);
        }
    }

    @Test
    void values_that_several_heads_share_get_more_bits() {
        assertThat(layersOf(types(LLAMA, FileType.Q2_K), "attn_v", TensorType.Q3_K))
                .hasSize(LAYERS);
        assertThat(layersOf(types(GROUPED, FileType.Q2_K), "attn_v", TensorType.Q4_K))
                .hasSize(LAYERS);
        assertThat(layersOf(types(GROUPED, FileType.IQ4_XS), "attn_v", TensorType.Q5_K))
                .hasSize(LAYERS);
        assertThat(layersOf(types(new ModelShape("llama", 80, 8, 0), FileType.Q3_K_M), "attn_v", TensorType.Q5_K))
                .hasSize(80);
    }

    @Test
    void eight_experts_share_attention_that_gets_eight_bits() {
        Map<String, TensorType> types = types(MIXTRAL, FileType.Q4_K_M);
        assertThat(layersOf(types, "attn_v", TensorType.Q8_0)).hasSize(LAYERS);
        assertThat(layersOf(types, "attn_k", TensorType.Q8_0)).hasSize(LAYERS);
        assertThat(layersOf(types, "attn_output", TensorType.Q5_K)).hasSize(LAYERS);
        assertThat(types).containsEntry("blk.0.ffn_gate_inp.weight", TensorType.F32);
    }

    @Test
    void mxfp4_is_for_experts_and_the_rest_gets_eight_bits() {
        Map<String, TensorType> types = types(MIXTRAL, FileType.MXFP4_MOE);
        assertThat(layersOf(types, "ffn_down_exps", TensorType.MXFP4)).hasSize(LAYERS);
        assertThat(layersOf(types, "attn_q", TensorType.Q8_0)).hasSize(LAYERS);
        assertThat(types).containsEntry("output.weight", TensorType.Q8_0);
    }

    @Test
    void files_below_three_bits_have_rules_of_their_own() {
        Map<String, TensorType> types = types(LLAMA, FileType.IQ2_XXS);
        assertThat(types).containsEntry("output.weight", TensorType.Q5_K);
        assertThat(types).containsEntry("token_embd.weight", TensorType.Q2_K);
        assertThat(layersOf(types, "attn_v", TensorType.Q2_K)).hasSize(LAYERS);
        assertThat(layersOf(types, "ffn_down", TensorType.Q2_K)).containsExactly(0, 1, 2, 3);
        assertThat(layersOf(types, "ffn_up", TensorType.IQ2_XXS)).hasSize(LAYERS);
        assertThat(layersOf(types(LLAMA, FileType.IQ1_S), "attn_output", TensorType.IQ2_XXS))
                .hasSize(LAYERS);
    }

    @Test
    void an_importance_matrix_makes_some_choices_bolder() {
        List<Tensor> tensors = tensors(LLAMA, 256);
        Map<String, TensorType> without = Mixture.of(LLAMA, tensors, FileType.IQ3_XXS, false);
        Map<String, TensorType> with = Mixture.of(LLAMA, tensors, FileType.IQ3_XXS, true);
        assertThat(layersOf(without, "ffn_down", TensorType.Q3_K)).hasSize(28);
        assertThat(layersOf(with, "ffn_down", TensorType.IQ3_XXS)).hasSize(LAYERS);
    }

    @Test
    void a_matrix_that_is_embedding_and_output_is_treated_as_the_output() {
        List<Tensor> tied = new ArrayList<>(tensors(LLAMA, 256));
        tied.removeIf(tensor -> tensor.name().equals("output.weight"));
        assertThat(Mixture.of(LLAMA, tied, FileType.Q4_0, false)).containsEntry("token_embd.weight", TensorType.Q6_K);
    }

    @ParameterizedTest
    @CsvSource({
        "Q4_K_S, Q5_0",
        "Q5_K_S, Q5_1",
        "Q6_K, Q8_0",
        "Q3_K_S, Q4_0",
        "TQ1_0, Q4_0",
        "IQ2_XXS, IQ4_NL",
        "IQ4_XS, IQ4_NL"
    })
    void rows_of_no_whole_blocks_get_a_type_with_smaller_ones(FileType fileType, TensorType instead) {
        Map<String, TensorType> types = Mixture.of(LLAMA, tensors(LLAMA, 288), fileType, true);
        assertThat(types).containsEntry("blk.9.attn_q.weight", instead);
        assertThat(types).containsEntry("output.weight", TensorType.Q8_0);
    }

    @Test
    void rows_that_fit_no_block_stay_halves() {
        Map<String, TensorType> types = Mixture.of(LLAMA, tensors(LLAMA, 40), FileType.Q4_K_M, false);
        assertThat(types).containsEntry("blk.9.attn_q.weight", TensorType.F16);
    }

    @ParameterizedTest
    @EnumSource
    void vectors_norms_and_routers_stay_as_they_are(FileType fileType) {
        Map<String, TensorType> types = types(MIXTRAL, fileType);
        assertThat(types).containsEntry("output_norm.weight", TensorType.F32);
        assertThat(types).containsEntry("blk.5.attn_norm.weight", TensorType.F32);
        assertThat(types).containsEntry("blk.5.attn_q.bias", TensorType.F32);
        assertThat(types).containsEntry("blk.5.ffn_gate_inp.weight", TensorType.F32);
        assertThat(types).containsEntry("position_embd.weight", TensorType.F32);
    }

    @ParameterizedTest
    @CsvSource({"F16", "BF16", "F32"})
    void plain_floats_know_no_mixture(FileType fileType) {
        assertThat(types(LLAMA, fileType)).containsEntry("output.weight", fileType.tensorType());
    }

    /** Made by llama-quantize: the types it chose follow from names, shapes and metadata. */
    @ParameterizedTest
    @CsvSource({
        "llama256-q4_k_m, Q4_K_M",
        "llama256-q6_k, Q6_K",
        "llama256-q4_0, Q4_0",
        "llama256-q8_0, Q8_0",
        "llama-moeq-q4_0, Q4_0",
        "llama-moeq-q8_0, Q8_0",
        "gpt-oss-q-mxfp4_moe, MXFP4_MOE",
        "bert-mean-q8_0, Q8_0",
        "bert-mean-f16, F16"
    })
    void chooses_what_llama_quantize_chose(String name, FileType fileType) throws IOException {
        Path file = Oracle.find("arch/" + name + ".gguf").orElse(null);
        Assumptions.assumeTrue(file != null, "no collection of golden files here");
        assertChoosesTheTypesOf(file, fileType);
    }

    @Test
    @RequiresModel(RealModel.GEMMA3)
    void chooses_what_was_chosen_for_gemma_3(Path model) throws IOException {
        assertChoosesTheTypesOf(model, FileType.Q4_K_M);
    }

    @Test
    void file_types_are_found_by_name_and_number() {
        assertThat(FileType.named("q4_k_m")).contains(FileType.Q4_K_M);
        assertThat(FileType.named("Q5_K")).contains(FileType.Q5_K_M);
        assertThat(FileType.named("Q9_K")).isEmpty();
        for (FileType type : FileType.values()) {
            assertThat(FileType.of(type.id())).contains(type);
        }
        assertThat(FileType.of(4)).isEmpty();
    }

    private static void assertChoosesTheTypesOf(Path path, FileType fileType) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            Map<String, TensorType> expected = new HashMap<>();
            file.tensors().forEach(tensor -> expected.put(tensor.name(), tensor.type()));
            assertThat(Mixture.of(file, fileType, false)).isEqualTo(expected);
            assertThat(expected).containsValue(fileType.tensorType());
        }
    }

    private static Map<String, TensorType> types(ModelShape model, FileType fileType) {
        return Mixture.of(model, tensors(model, 256), fileType, true);
    }

    private static List<Integer> layersOf(Map<String, TensorType> types, String role, TensorType type) {
        return IntStream.range(0, 100)
                .filter(layer -> types.get("blk." + layer + "." + role + ".weight") == type)
                .boxed()
                .toList();
    }

    /** In no particular order, as files have them. */
    private static List<Tensor> tensors(ModelShape model, int width) {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(tensor("output.weight", width, 8));
        for (int layer = model.layers() - 1; layer >= 0; layer--) {
            String block = "blk." + layer + ".";
            tensors.add(tensor(block + "attn_norm.weight", width));
            tensors.add(tensor(block + "attn_q.bias", width));
            for (String role : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
                tensors.add(tensor(block + role + ".weight", width, 8));
            }
            for (String role : List.of("ffn_down", "ffn_gate", "ffn_up")) {
                tensors.add(
                        model.experts() == 0
                                ? tensor(block + role + ".weight", width, 8)
                                : tensor(block + role + "_exps.weight", width, 8, model.experts()));
            }
            tensors.add(tensor(block + "ffn_gate_inp.weight", width, 8));
        }
        tensors.add(tensor("output_norm.weight", width));
        tensors.add(tensor("position_embd.weight", width, 8));
        tensors.add(tensor("token_embd.weight", width, 8));
        return tensors;
    }

    private static Tensor tensor(String name, long... shape) {
        return new Tensor(name, TensorType.F32, shape, MemorySegment.NULL);
    }
}

package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;

/** The model families that can be converted, and in what their checkpoints differ from GGUF. */
enum Family {
    LLAMA("llama", TensorNames.LLAMA, true, 0, "LlamaForCausalLM", "LlamaModel", "MistralForCausalLM", "MistralModel"),
    QWEN2("qwen2", TensorNames.QWEN2, false, 0, "Qwen2ForCausalLM", "Qwen2Model"),
    QWEN3("qwen3", TensorNames.QWEN3, false, 0, "Qwen3ForCausalLM", "Qwen3Model"),
    GEMMA3("gemma3", TensorNames.GEMMA3, false, 1, "Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"),
    BERT("bert", TensorNames.BERT, false, 0, "BertModel", "BertForMaskedLM");

    private final String architecture;
    private final TensorNames names;
    private final boolean interleavesRope;
    private final float normShift;
    private final List<String> classes;

    /**
     * @param interleavesRope RoPE turns neighbours in GGUF, where the checkpoint turns halves against each other
     * @param normShift what is added to the weights of norms, which the checkpoint stores around zero
     */
    Family(String architecture, TensorNames names, boolean interleavesRope, float normShift, String... classes) {
        this.architecture = architecture;
        this.names = names;
        this.interleavesRope = interleavesRope;
        this.normShift = normShift;
        this.classes = List.of(classes);
    }

    /** The family by the model class that {@code config.json} names. */
    static Family of(Config config) {
        JsonNode name = config.root().path("architectures").path(0);
        return Arrays.stream(values())
                .filter(family -> family.classes.contains(name.asText()))
                .findFirst()
                .orElseThrow(() -> new ConvertException("%s: architectures is %s, one of %s expected"
                        .formatted(
                                config.file(),
                                name.isMissingNode() ? "missing" : name,
                                Arrays.stream(values())
                                        .flatMap(family -> family.classes.stream())
                                        .toList())));
    }

    /** {@code general.architecture}. */
    String architecture() {
        return architecture;
    }

    TensorNames names() {
        return names;
    }

    boolean isEncoder() {
        return this == BERT;
    }

    /** Heads whose rows are to be interleaved in the tensor of that GGUF name; 0 for none. */
    int interleavedHeads(String tensor, Hyperparameters parameters) {
        if (interleavesRope && tensor.contains(".attn_q.")) {
            return parameters.heads();
        }
        return interleavesRope && tensor.contains(".attn_k.") ? parameters.keyValueHeads() : 0;
    }

    /** What is added to the weights of the tensor of that GGUF name. */
    float shift(String tensor) {
        return tensor.endsWith("norm.weight") ? normShift : 0;
    }
}

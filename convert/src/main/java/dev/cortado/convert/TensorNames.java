package dev.cortado.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a family's checkpoint calls its tensors and what GGUF calls them, without {@code .weight} and {@code .bias};
 * {@code #} stands for the number of a layer.
 *
 * @param names from checkpoint to GGUF; each must be there for each layer
 * @param optional the same for those that need not be there
 * @param unused what a checkpoint may hold besides and inference does not need
 */
record TensorNames(Map<String, String> names, Map<String, String> optional, Pattern unused) {
    /** What wraps the same model in different classes of the training library. */
    private static final Pattern PREFIX = Pattern.compile("^(?:model\\.|language_model\\.|bert\\.)+");

    private static final Pattern LAYER = Pattern.compile("^(layers|encoder\\.layer)\\.(\\d{1,6})\\.");

    private static final Map<String, String> DECODER = Map.ofEntries(
            Map.entry("embed_tokens", "token_embd"),
            Map.entry("norm", "output_norm"),
            Map.entry("layers.#.input_layernorm", "blk.#.attn_norm"),
            Map.entry("layers.#.self_attn.q_proj", "blk.#.attn_q"),
            Map.entry("layers.#.self_attn.k_proj", "blk.#.attn_k"),
            Map.entry("layers.#.self_attn.v_proj", "blk.#.attn_v"),
            Map.entry("layers.#.self_attn.o_proj", "blk.#.attn_output"),
            Map.entry("layers.#.mlp.gate_proj", "blk.#.ffn_gate"),
            Map.entry("layers.#.mlp.up_proj", "blk.#.ffn_up"),
            Map.entry("layers.#.mlp.down_proj", "blk.#.ffn_down"));
    private static final Map<String, String> QUERY_AND_KEY_NORM = Map.of(
            "layers.#.self_attn.q_norm", "blk.#.attn_q_norm",
            "layers.#.self_attn.k_norm", "blk.#.attn_k_norm");
    private static final Map<String, String> NORM_BEFORE_FEED_FORWARD =
            Map.of("layers.#.post_attention_layernorm", "blk.#.ffn_norm");
    private static final Map<String, String> NORMS_ROUND_FEED_FORWARD = Map.of(
            "layers.#.post_attention_layernorm", "blk.#.post_attention_norm",
            "layers.#.pre_feedforward_layernorm", "blk.#.ffn_norm",
            "layers.#.post_feedforward_layernorm", "blk.#.post_ffw_norm");
    private static final Map<String, String> ENCODER = Map.ofEntries(
            Map.entry("embeddings.word_embeddings", "token_embd"),
            Map.entry("embeddings.token_type_embeddings", "token_types"),
            Map.entry("embeddings.position_embeddings", "position_embd"),
            Map.entry("embeddings.LayerNorm", "token_embd_norm"),
            Map.entry("encoder.layer.#.attention.self.query", "blk.#.attn_q"),
            Map.entry("encoder.layer.#.attention.self.key", "blk.#.attn_k"),
            Map.entry("encoder.layer.#.attention.self.value", "blk.#.attn_v"),
            Map.entry("encoder.layer.#.attention.output.dense", "blk.#.attn_output"),
            Map.entry("encoder.layer.#.attention.output.LayerNorm", "blk.#.attn_output_norm"),
            Map.entry("encoder.layer.#.intermediate.dense", "blk.#.ffn_up"),
            Map.entry("encoder.layer.#.output.dense", "blk.#.ffn_down"),
            Map.entry("encoder.layer.#.output.LayerNorm", "blk.#.layer_output_norm"));
    private static final Map<String, String> OUTPUT = Map.of("lm_head", "output");
    private static final Pattern UNUSED_IN_DECODERS =
            Pattern.compile(".*\\.rotary_emb\\.inv_freq|(?:vision_tower|vision_model|multi_modal_projector)\\..*");
    private static final Pattern UNUSED_IN_ENCODERS =
            Pattern.compile("embeddings\\.position_ids|pooler\\..*|cls\\.(?:predictions|seq_relationship)\\b.*");

    static final TensorNames LLAMA = decoder(NORM_BEFORE_FEED_FORWARD);
    static final TensorNames QWEN2 = decoder(NORM_BEFORE_FEED_FORWARD);
    static final TensorNames QWEN3 = decoder(NORM_BEFORE_FEED_FORWARD, QUERY_AND_KEY_NORM);
    static final TensorNames GEMMA3 = decoder(NORMS_ROUND_FEED_FORWARD, QUERY_AND_KEY_NORM);
    static final TensorNames BERT = new TensorNames(ENCODER, Map.of(), UNUSED_IN_ENCODERS);

    @SafeVarargs
    private static TensorNames decoder(Map<String, String>... more) {
        Map<String, String> names = new HashMap<>(DECODER);
        for (Map<String, String> each : more) {
            names.putAll(each);
        }
        return new TensorNames(Map.copyOf(names), OUTPUT, UNUSED_IN_DECODERS);
    }

    /** A checkpoint's name as the tables above have it. */
    private static String plain(String name) {
        return PREFIX.matcher(name)
                .replaceFirst("")
                .replaceFirst("\\.gamma$", ".weight")
                .replaceFirst("\\.beta$", ".bias");
    }

    boolean isUnused(String checkpointName) {
        return unused.matcher(plain(checkpointName)).matches();
    }

    /** GGUF's name for a tensor, if it has one. */
    Optional<String> gguf(String checkpointName) {
        String name = plain(checkpointName);
        int dot = name.lastIndexOf('.');
        String suffix = name.substring(Math.max(dot, 0));
        if (!suffix.equals(".weight") && !suffix.equals(".bias")) {
            return Optional.empty();
        }
        String base = name.substring(0, dot);
        Matcher layer = LAYER.matcher(base);
        String number = layer.find() ? layer.group(2) : "";
        String pattern = number.isEmpty() ? base : layer.replaceFirst("$1.#.");
        return Optional.ofNullable(names.getOrDefault(pattern, optional.get(pattern)))
                .map(found -> found.replace("#", number) + suffix);
    }

    /** GGUF names of the weights that must be there. */
    List<String> required(int layers) {
        List<String> required = new ArrayList<>();
        for (String name : names.values()) {
            for (int layer = 0; layer < (name.contains("#") ? layers : 1); layer++) {
                required.add(name.replace("#", Integer.toString(layer)) + ".weight");
            }
        }
        return required;
    }
}

package dev.cortado.convert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import java.util.OptionalDouble;

/**
 * The sizes and constants of a model: {@code config.json} in GGUF's words. Defaults are those of the training library's
 * configuration classes, which leaves out what equals them.
 */
record Hyperparameters(
        Family family, Config config, int layers, int width, int heads, int keyValueHeads, int headWidth) {
    private static final int GEMMA3_HEADS = 8;
    private static final int GEMMA3_KEY_VALUE_HEADS = 4;
    private static final int GEMMA3_HEAD_WIDTH = 256;
    private static final int GEMMA3_CONTEXT = 131_072;
    private static final double RMS_EPSILON = 1e-6;
    private static final double ROPE_BASE = 10_000;
    private static final double GEMMA3_ROPE_BASE = 1_000_000;

    static Hyperparameters of(Family family, Config config) {
        boolean gemma = family == Family.GEMMA3;
        int width = config.requireInteger("hidden_size");
        int heads = gemma
                ? config.integer("num_attention_heads").orElse(GEMMA3_HEADS)
                : config.requireInteger("num_attention_heads");
        if (heads == 0) {
            throw new ConvertException(config.file() + ": num_attention_heads is 0");
        }
        int headWidth = config.integer("head_dim").orElse(gemma ? GEMMA3_HEAD_WIDTH : width / heads);
        return new Hyperparameters(
                family,
                config,
                config.requireInteger("num_hidden_layers"),
                width,
                heads,
                config.integer("num_key_value_heads").orElse(gemma ? GEMMA3_KEY_VALUE_HEADS : heads),
                headWidth);
    }

    /** Writes all keys of the architecture. */
    void write(GgufWriter out, int fileType, int vocabularySize) {
        integer(out, "block_count", layers);
        integer(out, "context_length", contextLength());
        integer(out, "embedding_length", width);
        integer(out, "feed_forward_length", config.requireInteger("intermediate_size"));
        integer(out, "attention.head_count", heads);
        if (family.isEncoder()) {
            real(
                    out,
                    "attention.layer_norm_epsilon",
                    config.real("layer_norm_eps").orElse(1e-12));
            out.put("general.file_type", MetadataValue.uint32(fileType));
            out.put(key("attention.causal"), MetadataValue.bool(false));
            return;
        }
        integer(out, "attention.head_count_kv", keyValueHeads);
        rope(out);
        real(
                out,
                "attention.layer_norm_rms_epsilon",
                config.real("rms_norm_eps").orElse(RMS_EPSILON));
        if (family == Family.GEMMA3 || config.integer("head_dim").isPresent()) {
            integer(out, "attention.key_length", headWidth);
            integer(out, "attention.value_length", headWidth);
        }
        out.put("general.file_type", MetadataValue.uint32(fileType));
        if (family == Family.LLAMA) {
            integer(out, "vocab_size", vocabularySize);
            integer(out, "rope.dimension_count", headWidth);
        }
        if (family == Family.GEMMA3) {
            gemma(out);
        }
    }

    private int contextLength() {
        return family == Family.GEMMA3
                ? config.integer("max_position_embeddings").orElse(GEMMA3_CONTEXT)
                : config.requireInteger("max_position_embeddings");
    }

    private void rope(GgufWriter out) {
        JsonNode rope = config.rope();
        String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
        switch (type) {
            case "linear", "yarn" -> {
                out.put(key("rope.scaling.type"), MetadataValue.string(type));
                real(out, "rope.scaling.factor", config.requireReal(rope.path("factor"), "factor of rope scaling"));
                if (type.equals("yarn")) {
                    yarn(out, rope);
                }
            }
            case "default", "llama3" -> {} // llama3 scaling becomes the tensor rope_freqs
            default ->
                throw new ConvertException(
                        "%s: RoPE scaling of type '%s', one of default, linear, yarn, llama3 expected"
                                .formatted(config.file(), type));
        }
        real(out, "rope.freq_base", ropeBase());
    }

    double ropeBase() {
        JsonNode rope = config.rope();
        return config.real(rope.path("rope_theta"), "rope_theta")
                .orElse(config.real("rope_theta").orElse(family == Family.GEMMA3 ? GEMMA3_ROPE_BASE : ROPE_BASE));
    }

    private void yarn(GgufWriter out, JsonNode rope) {
        double original = config.real(rope.path("original_max_position_embeddings"), "original_max_position_embeddings")
                .orElse(contextLength());
        integer(out, "rope.scaling.original_context_length", (int) original);
        optional(out, "rope.scaling.yarn_ext_factor", rope, "extrapolation_factor");
        optional(out, "rope.scaling.yarn_attn_factor", rope, "attention_factor");
        optional(out, "rope.scaling.yarn_beta_fast", rope, "beta_fast");
        optional(out, "rope.scaling.yarn_beta_slow", rope, "beta_slow");
    }

    private void gemma(GgufWriter out) {
        refuse("attn_logit_softcapping");
        config.real("final_logit_softcapping").ifPresent(cap -> real(out, "final_logit_softcapping", cap));
        if (config.integer("sliding_window_pattern").orElse(0) != 1) {
            integer(out, "attention.sliding_window", config.requireInteger("sliding_window"));
        }
    }

    private void refuse(String key) {
        if (!config.get(key).isMissingNode()) {
            throw new ConvertException(
                    "%s: %s is set, which %s does not know".formatted(config.file(), key, family.architecture()));
        }
    }

    private void optional(GgufWriter out, String name, JsonNode rope, String key) {
        OptionalDouble value = config.real(rope.path(key), key);
        value.ifPresent(number -> real(out, name, number));
    }

    private void integer(GgufWriter out, String name, int value) {
        out.put(key(name), MetadataValue.uint32(value));
    }

    private void real(GgufWriter out, String name, double value) {
        out.put(key(name), MetadataValue.float32((float) value));
    }

    private String key(String name) {
        return family.architecture() + "." + name;
    }
}

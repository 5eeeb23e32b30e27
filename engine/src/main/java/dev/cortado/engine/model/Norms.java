package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Norm;
import org.jspecify.annotations.Nullable;

/**
 * How a family normalises.
 *
 * @param kind the statistic
 * @param weighted whether norms have weights (OLMo's have none)
 * @param epsilon added to mean square or variance
 * @param places where a layer has a norm
 * @param input whether embeddings are normalised, by {@code token_embd_norm}
 * @param output the norm before the output, or null
 */
record Norms(
        Norm.Kind kind,
        boolean weighted,
        float epsilon,
        Places places,
        boolean input,
        @Nullable String output) {
    /**
     * Names of a layer's norms, null where it has none.
     *
     * @param beforeMixer on the residual before attention
     * @param afterMixer on the attention's result before it is added
     * @param beforeFeedForward on the residual before the feed-forward
     * @param afterFeedForward on the feed-forward's result before it is added
     * @param ofMixerSum on the residual after the attention's result was added
     * @param ofFeedForwardSum on the residual after the feed-forward's result was added
     */
    record Places(
            @Nullable String beforeMixer,
            @Nullable String afterMixer,
            @Nullable String beforeFeedForward,
            @Nullable String afterFeedForward,
            @Nullable String ofMixerSum,
            @Nullable String ofFeedForwardSum) {
        /** Before each block (GPT-2, llama). */
        static final Places PRE = new Places("attn_norm", null, "ffn_norm", null, null, null);

        /** Before each block, but the second is named for standing after the first (gpt-oss, Seed-OSS). */
        static final Places PRE_NAMED_POST = new Places("attn_norm", null, "post_attention_norm", null, null, null);

        /** After each block, on what is added (OLMo 2). */
        static final Places POST = new Places(null, "post_attention_norm", null, "post_ffw_norm", null, null);

        /** Before and after each block (Gemma 2). */
        static final Places SANDWICH =
                new Places("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm", null, null);

        /** On the sums, as the first transformer had it (BERT). */
        static final Places SUMS = new Places(null, null, null, null, "attn_output_norm", "layer_output_norm");

        /** One before both blocks, which run side by side (Falcon, Command R). */
        static final Places SHARED = new Places("attn_norm", null, "attn_norm", null, null, null);

        /** One before attention and another before the feed-forward at its side (Falcon 40B). */
        static final Places SIDE_BY_SIDE = new Places("attn_norm_2", null, "attn_norm", null, null, null);
    }

    /** RMS norms, {@code attention.layer_norm_rms_epsilon}. */
    static Norms rms(Hyperparameters h) {
        float epsilon = h.requireReal("attention.layer_norm_rms_epsilon");
        return new Norms(Norm.Kind.RMS, true, epsilon, Places.PRE, false, "output_norm");
    }

    /** Layer norms, {@code attention.layer_norm_epsilon}. */
    static Norms layer(Hyperparameters h) {
        float epsilon = h.requireReal("attention.layer_norm_epsilon");
        return new Norms(Norm.Kind.LAYER, true, epsilon, Places.PRE, false, "output_norm");
    }

    /** The norm with the weights of a file. */
    Norm of(Weights weights, Backend backend, String name, int columns) {
        return new Norm(
                kind,
                weighted ? weights.parameter(backend, name + ".weight", columns) : null,
                weights.optional(backend, name + ".bias", columns),
                epsilon,
                0);
    }

    Norms at(Places names) {
        return new Norms(kind, weighted, epsilon, names, input, output);
    }

    Norms unweighted() {
        return new Norms(kind, false, epsilon, places, input, output);
    }

    Norms ofInput() {
        return new Norms(kind, weighted, epsilon, places, true, output);
    }

    Norms output(@Nullable String name) {
        return new Norms(kind, weighted, epsilon, places, input, name);
    }
}

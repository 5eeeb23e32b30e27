package dev.cortado.gguf.mixture;

/** What a tensor does in a model, as far as the choice of its type depends on it; told from its name. */
enum TensorRole {
    OUTPUT,
    TOKEN_EMBEDDING,
    /** Values of attention, alone or fused with queries and keys: few weights, and errors in them hurt most. */
    ATTENTION_V,
    ATTENTION_K,
    ATTENTION_Q,
    ATTENTION_OUTPUT,
    FEED_FORWARD_UP,
    FEED_FORWARD_GATE,
    FEED_FORWARD_DOWN,
    OTHER;

    static TensorRole of(String name) {
        if (name.equals("output.weight")) {
            return OUTPUT;
        }
        if (name.equals("token_embd.weight") || name.equals("per_layer_token_embd.weight")) {
            return TOKEN_EMBEDDING;
        }
        if (name.contains("attn_qkv.weight") || name.contains("attn_kv_b.weight") || name.contains("attn_v.weight")) {
            return ATTENTION_V;
        }
        if (name.contains("attn_k.weight")) {
            return ATTENTION_K;
        }
        if (name.contains("attn_q.weight")) {
            return ATTENTION_Q;
        }
        if (name.contains("attn_output.weight")) {
            return ATTENTION_OUTPUT;
        }
        if (name.contains("ffn_up")) {
            return FEED_FORWARD_UP;
        }
        if (name.contains("ffn_gate")) {
            return FEED_FORWARD_GATE;
        }
        return name.contains("ffn_down") ? FEED_FORWARD_DOWN : OTHER;
    }
}

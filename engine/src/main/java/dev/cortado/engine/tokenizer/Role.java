package dev.cortado.engine.tokenizer;

import java.util.List;

/**
 * What a single token of a vocabulary may be for: the keys that name it, the last one that is there counting, and the
 * spellings by which it is known where no key does.
 */
enum Role {
    BOS("bos_token_id"),
    EOS("eos_token_id"),
    EOT(
            List.of("eot_token_id"),
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "<|end_of_text|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "<｜end▁of▁sentence｜>",
            "<end_of_utterance>"),
    EOM(List.of("eom_token_id"), "<|eom_id|>"),
    UNKNOWN("unknown_token_id"),
    /** The key is misspelt in the format itself. */
    SEPARATOR("seperator_token_id"),
    PADDING("padding_token_id"),
    MASK("mask_token_id"),
    FIM_PREFIX(
            List.of("fim_pre_token_id", "prefix_token_id"),
            "<|fim_prefix|>",
            "<fim-prefix>",
            "<fim_prefix>",
            "<｜fim▁begin｜>",
            "<PRE>",
            "▁<PRE>",
            "<|code_prefix|>",
            "<|prefix|>"),
    FIM_SUFFIX(
            List.of("fim_suf_token_id", "suffix_token_id"),
            "<|fim_suffix|>",
            "<fim-suffix>",
            "<fim_suffix>",
            "<｜fim▁hole｜>",
            "<SUF>",
            "▁<SUF>",
            "<|code_suffix|>",
            "<|suffix|>"),
    FIM_MIDDLE(
            List.of("fim_mid_token_id", "middle_token_id"),
            "<|fim_middle|>",
            "<fim-middle>",
            "<fim_middle>",
            "<｜fim▁end｜>",
            "<MID>",
            "▁<MID>",
            "<|code_middle|>",
            "<|middle|>"),
    FIM_PADDING(List.of("fim_pad_token_id"), "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"),
    FIM_REPOSITORY(
            List.of("fim_rep_token_id"), "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"),
    FIM_FILE(List.of("fim_sep_token_id"), "<|file_sep|>");

    private final List<String> keys;
    private final List<String> spellings;

    Role(String key) {
        this(List.of(key));
    }

    Role(List<String> keys, String... spellings) {
        this.keys = keys.stream().map(key -> "tokenizer.ggml." + key).toList();
        this.spellings = List.of(spellings);
    }

    List<String> keys() {
        return keys;
    }

    List<String> spellings() {
        return spellings;
    }
}

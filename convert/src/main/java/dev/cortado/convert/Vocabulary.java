package dev.cortado.convert;

import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tokenizer in GGUF's words.
 *
 * @param model {@code tokenizer.ggml.model}: gpt2 for byte-level BPE, llama for SentencePiece, bert for WordPiece
 * @param pre {@code tokenizer.ggml.pre}
 * @param merges pairs of tokens in the order of merging, for gpt2
 * @param spacePrefix whether a space is put before a text, where the tokenizer's definition says so
 * @param special numbers of tokens with a role that the tokenizer itself knows, used where no configuration names them
 */
record Vocabulary(
        String model,
        String pre,
        TokenTable tokens,
        List<String> merges,
        Optional<Boolean> spacePrefix,
        Map<SpecialTokens.Role, Integer> special) {
    Vocabulary withSpacePrefix(boolean prefix) {
        return new Vocabulary(model, pre, tokens, merges, Optional.of(prefix), special);
    }

    void write(GgufWriter out) {
        spacePrefix.ifPresent(prefix -> out.put("tokenizer.ggml.add_space_prefix", MetadataValue.bool(prefix)));
        out.put("tokenizer.ggml.model", MetadataValue.string(model));
        out.put("tokenizer.ggml.pre", MetadataValue.string(pre));
        tokens.write(out, model.equals("llama"));
        if (!merges.isEmpty()) {
            out.put("tokenizer.ggml.merges", MetadataValue.strings(merges.toArray(String[]::new)));
        }
    }
}

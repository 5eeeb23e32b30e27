package dev.cortado.convert;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Byte-level BPE, as GPT-2, Llama 3 and Qwen have it. */
final class BytePairVocabulary {
    private static final char SPACE_AS_LETTER =
            ' ' + 256; // a space in the alphabet that byte-level tokens are spelled in

    private BytePairVocabulary() {}

    static Vocabulary read(TokenizerJson json, int size, ConvertOptions options) throws IOException {
        TokenTable tokens = new TokenTable(size);
        json.vocabulary().forEach((text, id) -> tokens.set(json.file(), id, text, 0, TokenKind.NORMAL));
        json.addTokens(tokens);
        List<String> merges = json.merges().stream()
                .map(merge -> spell(merge.left()) + " " + spell(merge.right()))
                .toList();
        String pre = options.preTokenizer().isPresent() ? options.preTokenizer().get() : PreTokenizers.identify(json);
        return new Vocabulary("gpt2", pre, tokens, merges, Optional.empty(), Map.of());
    }

    private static String spell(String token) {
        return token.replace(' ', SPACE_AS_LETTER);
    }
}

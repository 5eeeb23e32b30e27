package dev.cortado.engine.tokenizer;

import java.util.Map;

/**
 * What holds for a kind of vocabulary where the file says nothing (llama.cpp's defaults).
 *
 * @param roles ids of tokens
 * @param addsBos whether a text begins with BOS
 * @param mustAddBos whether it does so even if the file says no
 * @param addsEos whether a text ends with EOS
 * @param addsSeparator whether a text ends with the separator
 * @param addsSpacePrefix whether a text is encoded as if a space stood before it
 * @param cleansSpaces whether decoding removes spaces before punctuation
 */
record Conventions(
        Map<Role, Integer> roles,
        boolean addsBos,
        boolean mustAddBos,
        boolean addsEos,
        boolean addsSeparator,
        boolean addsSpacePrefix,
        boolean cleansSpaces) {
    static final Conventions SENTENCE_PIECE = new Conventions(
            Map.of(Role.BOS, 1, Role.EOS, 2, Role.UNKNOWN, 0), true, false, false, false, true, false);

    static final Conventions WORD_PIECE = new Conventions(
            Map.of(Role.BOS, 101, Role.UNKNOWN, 100, Role.SEPARATOR, 102, Role.PADDING, 0, Role.MASK, 103),
            true,
            false,
            false,
            true,
            false,
            true);

    static final Conventions UNIGRAM = new Conventions(
            Map.of(Role.EOS, 1, Role.UNKNOWN, 2, Role.PADDING, 0), false, false, true, false, false, false);
}

package dev.cortado.engine.tokenizer;

import dev.cortado.engine.template.Span;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Metadata;
import java.util.List;

/**
 * Text to token ids and back, with the ids of llama.cpp. A tokenizer is read from a file's {@code tokenizer.ggml.*}
 * metadata; it is immutable and may be used by many threads at once.
 */
public interface Tokenizer {
    /**
     * The tokenizer a file describes, chosen by {@code tokenizer.ggml.model}.
     *
     * @throws GgufFormatException if metadata is missing or broken, or names a model or pre-tokenizer that is unknown
     */
    static Tokenizer of(Metadata metadata) {
        return TokenizerModel.named(metadata).open(metadata);
    }

    /**
     * Ids of a text.
     *
     * @param text any string; lone surrogates become U+FFFD
     * @param addSpecial add the tokens the model wants around a text (BOS, EOS, CLS, SEP), if it wants any
     * @param parseSpecial take text that spells a control token, e.g. {@code <|im_end|>}, for that token; if false it is
     *     plain text. User-defined tokens are found either way
     */
    int[] encode(String text, boolean addSpecial, boolean parseSpecial);

    /**
     * Ids of a text whose runs have different origins: control tokens are looked for in {@linkplain Span#trusted()
     * trusted} runs only. Where no untrusted run spells (a part of) a control token, the ids are those of the joined text
     * with {@code parseSpecial}.
     */
    int[] encode(List<Span> text, boolean addSpecial);

    /**
     * The text of ids as UTF-8 bytes; not necessarily valid UTF-8 when the ids end within a character.
     *
     * @param removeSpecial leave out a leading BOS and a trailing EOS that {@link #encode} would have added
     * @param unparseSpecial write control tokens as their text; if false they are left out
     */
    byte[] decode(int[] ids, boolean removeSpecial, boolean unparseSpecial);

    /**
     * The bytes one token stands for, with any leading space.
     *
     * @param special write control tokens as their text; if false they are empty
     * @throws IndexOutOfBoundsException if the vocabulary has no such id
     */
    byte[] piece(int id, boolean special);

    Vocabulary vocabulary();
}

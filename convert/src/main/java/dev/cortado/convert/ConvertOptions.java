package dev.cortado.convert;

import java.util.Optional;

/**
 * What can be chosen for a conversion.
 *
 * @param type how matrices are stored
 * @param name {@code general.name}; the folder's name if empty
 * @param preTokenizer {@code tokenizer.ggml.pre} of a byte-level BPE; found by the tokenizer's own definition if empty
 * @param listener is told the progress
 */
public record ConvertOptions(
        OutputType type, Optional<String> name, Optional<String> preTokenizer, ConvertListener listener) {
    /** The checkpoint's own precision, the folder's name, nobody told. */
    public static final ConvertOptions DEFAULT =
            new ConvertOptions(OutputType.AUTO, Optional.empty(), Optional.empty(), (tensor, done, total) -> {});

    /** With another type. */
    public ConvertOptions withType(OutputType type) {
        return new ConvertOptions(type, name, preTokenizer, listener);
    }

    /** With another name. */
    public ConvertOptions withName(String name) {
        return new ConvertOptions(type, Optional.of(name), preTokenizer, listener);
    }

    /** With this pre-tokenizer, whatever the tokenizer's definition looks like. */
    public ConvertOptions withPreTokenizer(String preTokenizer) {
        return new ConvertOptions(type, name, Optional.of(preTokenizer), listener);
    }

    /** With another listener. */
    public ConvertOptions withListener(ConvertListener listener) {
        return new ConvertOptions(type, name, preTokenizer, listener);
    }
}

package dev.cortado.engine.tokenizer;

/** The part of a tokenizer that knows no special tokens: plain text to ids by one algorithm. */
interface Segmenter {
    /**
     * Appends the ids of a stretch of text.
     *
     * @param text valid UTF-8
     * @param from first byte
     * @param to end, exclusive; after {@code from}
     * @param starts whether a text begins here: nothing, or a special token, stands before it
     * @param ids receives the ids
     */
    void encode(byte[] text, int from, int to, boolean starts, IntList ids);
}

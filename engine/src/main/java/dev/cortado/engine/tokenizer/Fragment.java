package dev.cortado.engine.tokenizer;

/**
 * A stretch of a text after special tokens have been found in it: either one of these, or text between them.
 *
 * @param token the special token, or -1 for text
 * @param from first byte of the text
 * @param to end of the text, exclusive
 */
record Fragment(int token, int from, int to) {
    boolean isText() {
        return token < 0;
    }
}

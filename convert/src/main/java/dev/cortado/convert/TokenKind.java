package dev.cortado.convert;

/** {@code tokenizer.ggml.token_type}; SentencePiece numbers its pieces' types the same way. */
enum TokenKind {
    NORMAL(1),
    UNKNOWN(2),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private final int id;

    TokenKind(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }
}

package dev.cortado.engine.tokenizer;

/** What a token is for; the file's {@code tokenizer.ggml.token_type} holds the number. */
public enum TokenType {
    UNDEFINED(0),
    NORMAL(1),
    UNKNOWN(2),
    /** Steers the model and is no text, e.g. {@code <|im_end|>}. */
    CONTROL(3),
    /** Added text that is never split, e.g. a run of spaces. */
    USER_DEFINED(4),
    UNUSED(5),
    /** A single byte, spelled {@code <0x0A>}. */
    BYTE(6);

    private static final TokenType[] BY_ID = values();

    private final int id;

    TokenType(int id) {
        this.id = id;
    }

    /** Number in the file. */
    public int id() {
        return id;
    }

    /** The type with a number in a file; unknown numbers mean {@link #UNDEFINED}. */
    static TokenType of(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : UNDEFINED;
    }
}

package dev.cortado.engine.tokenizer;

import java.util.OptionalInt;

/** The tokens of a model and the roles some of them have. Ids run from 0 to {@link #size()} - 1. */
public interface Vocabulary {
    /** Number of tokens. */
    int size();

    /**
     * A token as the file spells it (byte-level alphabet, {@code ▁} for a space and so on), not the text it stands for.
     *
     * @throws IndexOutOfBoundsException if there is no such id
     */
    String text(int id);

    /** Id of a token as the file spells it, or -1. */
    int id(String text);

    /** The token's score (log probability or merge order); 0 where the file has none. */
    float score(int id);

    TokenType type(int id);

    /** Beginning of a text. */
    OptionalInt bos();

    /** End of a text. */
    OptionalInt eos();

    /** End of a turn of a conversation. */
    OptionalInt eot();

    /** End of a message that calls a tool and awaits its result. */
    OptionalInt eom();

    /** Stands for what the vocabulary cannot spell. */
    OptionalInt unknown();

    /** Separates texts; ends a text for BERT models. */
    OptionalInt separator();

    OptionalInt padding();

    /** What BERT models are trained to replace. */
    OptionalInt mask();

    /** Whether {@code encode} with {@code addSpecial} begins with {@link #bos()}. */
    boolean addsBos();

    /** Whether {@code encode} with {@code addSpecial} ends with {@link #eos()}. */
    boolean addsEos();

    /** Whether {@code encode} with {@code addSpecial} ends with {@link #separator()}. */
    boolean addsSeparator();

    /** Whether the token steers the model and is no text. */
    default boolean isControl(int id) {
        return type(id) == TokenType.CONTROL;
    }

    /** Whether a reply is complete when this token comes: EOS, end of turn, end of message and the like. */
    boolean endsGeneration(int id);
}

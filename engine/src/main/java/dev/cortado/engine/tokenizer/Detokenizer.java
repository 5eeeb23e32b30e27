package dev.cortado.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns the bytes of tokens into text while they arrive. A token may end within a character: its bytes are held back
 * until the rest comes, so no character is ever split. Bytes that are no UTF-8 become U+FFFD, as soon as that is certain.
 * For one thread.
 */
public final class Detokenizer {
    private static final int LONGEST_CHARACTER = 4;

    private final Tokenizer tokenizer;
    private final boolean special;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = new byte[0];

    /**
     * @param tokenizer whose tokens will come
     * @param special write control tokens as their text; if false they are left out
     */
    public Detokenizer(Tokenizer tokenizer, boolean special) {
        this.tokenizer = tokenizer;
        this.special = special;
    }

    /** The text that is complete now that this token has come; may be empty. */
    public String add(int id) {
        byte[] piece = tokenizer.piece(id, special);
        ByteBuffer in = ByteBuffer.allocate(held.length + piece.length).put(held).put(piece).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        CoderResult result = decoder.decode(in, out, false);
        assert result.isUnderflow() && in.remaining() < LONGEST_CHARACTER;
        held = new byte[in.remaining()];
        in.get(held);
        return out.flip().toString();
    }

    /** What is held back as text, with U+FFFD for an incomplete character; the detokenizer is then as new. */
    public String flush() {
        ByteBuffer in = ByteBuffer.wrap(held);
        CharBuffer out = CharBuffer.allocate(LONGEST_CHARACTER);
        CoderResult result = decoder.decode(in, out, true);
        assert result.isUnderflow();
        decoder.flush(out);
        decoder.reset();
        held = new byte[0];
        return out.flip().toString();
    }
}

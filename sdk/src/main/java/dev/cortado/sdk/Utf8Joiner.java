package dev.cortado.sdk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Joins the byte pieces of tokens to text, the way GPT4All does: text appears when its characters are complete, malformed
 * bytes become U+FFFD, and what is incomplete at the end is dropped.
 */
final class Utf8Joiner {
    private final byte[] pending = new byte[16];
    private int length = 0;
    private int expected = 0;

    /** The text that the piece completes, perhaps empty; null while only bytes of a later character came. */
    @Nullable String append(byte[] piece) {
        StringBuilder text = new StringBuilder(piece.length);
        for (byte b : piece) {
            int ones = Integer.numberOfLeadingZeros(~(b << 24));
            if (ones == 1) { // a continuation
                expected--;
            } else {
                flush(text);
                expected = Math.max(0, ones - 1);
            }
            pending[length++] = b;
            if (expected <= 0) {
                flush(text);
                expected = 0;
            }
        }
        return text.isEmpty() && expected > 0 ? null : text.toString();
    }

    private void flush(StringBuilder text) {
        if (length > 0) {
            text.append(new String(Arrays.copyOf(pending, length), StandardCharsets.UTF_8));
            length = 0;
        }
    }
}

package dev.cortado.sdk;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The texts that end an answer, matched on UTF-8 bytes because tokens may end within a character. */
final class StopStrings {
    /** GPT4All applies these to every model. */
    private static final List<String> FIXED = List.of(
            "### System",
            "### Instruction",
            "### Human",
            "### User",
            "### Response",
            "### Assistant",
            "### Context",
            "<|im_start|>",
            "<|im_end|>",
            "<|endoftext|>");

    private final byte[][] stops;

    StopStrings(List<String> more) {
        stops = Stream.concat(FIXED.stream(), more.stream())
                .map(stop -> stop.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    /** Where the earliest complete stop string begins in the first {@code length} bytes, or -1. */
    int find(byte[] text, int length) {
        for (int at = 0; at < length; at++) {
            for (byte[] stop : stops) {
                if (at + stop.length <= length && matches(text, at, stop, stop.length)) {
                    return at;
                }
            }
        }
        return -1;
    }

    /** Where the earliest tail begins that could still become a stop string, or {@code length}. */
    int findBeginning(byte[] text, int length) {
        for (int at = 0; at < length; at++) {
            for (byte[] stop : stops) {
                int tail = length - at;
                if (tail < stop.length && matches(text, at, stop, tail)) {
                    return at;
                }
            }
        }
        return length;
    }

    /** Whether a control token's text is one of them. */
    boolean contains(byte[] piece) {
        for (byte[] stop : stops) {
            if (stop.length == piece.length && matches(piece, 0, stop, stop.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] text, int at, byte[] stop, int length) {
        for (int i = 0; i < length; i++) {
            if (text[at + i] != stop[i]) {
                return false;
            }
        }
        return true;
    }
}

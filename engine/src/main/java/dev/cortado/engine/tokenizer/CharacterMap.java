package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * The normalisation of a SentencePiece model, {@code tokenizer.ggml.precompiled_charsmap}: byte strings and what replaces
 * them. The map is a double-array trie whose 32-bit units are packed as in Darts-clone: label in bits 0 to 7, "a value is
 * below" in bit 8, offset in bits 10 to 30 (times 256 if bit 9 is set), and bit 31 set in units that hold a value, which is
 * where in the list of NUL-terminated replacements the replacement begins.
 */
final class CharacterMap {
    private static final String KEY = "tokenizer.ggml.precompiled_charsmap";

    private final Metadata metadata;
    private final int[] units;
    private final byte[] replacements;

    private CharacterMap(Metadata metadata, int[] units, byte[] replacements) {
        this.metadata = metadata;
        this.units = units;
        this.replacements = replacements;
    }

    /** The file's map, or null if it has none. */
    static @Nullable CharacterMap read(Metadata metadata) {
        int[] numbers = metadata.integers(KEY).orElse(null);
        if (numbers == null) {
            return null;
        }
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) numbers[i];
        }
        long size = bytes.length < Integer.BYTES ? -1 : Integer.toUnsignedLong(unit(bytes, 0));
        if (size < 0 || size % Integer.BYTES != 0 || size + Integer.BYTES >= bytes.length) {
            throw metadata.fault(
                    KEY,
                    "%d bytes with a trie of %d bytes found, a trie and replacements after it expected"
                            .formatted(bytes.length, size));
        }
        int[] units = new int[(int) size / Integer.BYTES];
        for (int i = 0; i < units.length; i++) {
            units[i] = unit(bytes, (i + 1) * Integer.BYTES);
        }
        byte[] replacements = new byte[bytes.length - (units.length + 1) * Integer.BYTES];
        System.arraycopy(bytes, bytes.length - replacements.length, replacements, 0, replacements.length);
        if (replacements[replacements.length - 1] != 0) {
            throw metadata.fault(KEY, "the last replacement is not terminated by NUL");
        }
        return new CharacterMap(metadata, units, replacements);
    }

    private static int unit(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
    }

    /**
     * Replaces the longest string of the map that stands at a place.
     *
     * @param out receives the replacement
     * @return how many bytes were replaced; 0 if the map has nothing for this place
     */
    int replace(byte[] text, int from, int to, ByteList out) {
        if (units.length == 0) {
            return 0;
        }
        int length = 0;
        int replacement = 0;
        int node = offset(unit(0));
        for (int at = from; at < to && text[at] != 0; at++) {
            int octet = text[at] & 0xFF;
            node ^= octet;
            int unit = unit(node);
            if ((unit & 0x800000FF) != octet) {
                break;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) != 0) {
                length = at - from + 1;
                replacement = unit(node) & 0x7FFFFFFF;
            }
        }
        if (length > 0) {
            add(replacement, out);
        }
        return length;
    }

    private void add(int replacement, ByteList out) {
        if (replacement >= replacements.length) {
            throw fault("replacement", replacement, replacements.length);
        }
        int end = replacement;
        while (replacements[end] != 0) {
            end++;
        }
        out.add(replacements, replacement, end);
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private int unit(int index) {
        if (index < 0 || index >= units.length) {
            throw fault("unit", index, units.length);
        }
        return units[index];
    }

    private GgufFormatException fault(String what, int index, int count) {
        return metadata.fault(KEY, "%s %d named, there are %d".formatted(what, Integer.toUnsignedLong(index), count));
    }
}

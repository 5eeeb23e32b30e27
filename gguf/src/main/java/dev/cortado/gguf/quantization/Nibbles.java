package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put8;

import java.lang.foreign.MemorySegment;

/** Four-bit levels, two to a byte. */
final class Nibbles {
    private Nibbles() {}

    /**
     * Writes the low four bits of {@code 2 * distance} levels to {@code distance} bytes: that of level {@code from + j}
     * to the low, of level {@code from + j + distance} to the high half of byte j.
     */
    static void put(MemorySegment out, long offset, byte[] levels, int from, int distance) {
        for (int j = 0; j < distance; j++) {
            put8(out, offset + j, levels[from + j] & 15 | (levels[from + j + distance] & 15) << 4);
        }
    }

    /** The fifth bits of 32 levels, that of weight j in bit j. */
    static int fifthBits(byte[] levels) {
        int bits = 0;
        for (int j = 0; j < 32; j++) {
            bits |= (levels[j] >> 4 & 1) << j;
        }
        return bits;
    }
}

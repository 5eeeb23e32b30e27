package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put8;

import java.lang.foreign.MemorySegment;

/**
 * Super-blocks of 256 two-bit levels in 64 bytes: that of weight 128 * h + 32 * s + l in bits 2 * s of byte 32 * h + l.
 */
final class Crumbs {
    private Crumbs() {}

    /** Writes two bits of each of 256 levels, those from bit {@code shift} on. */
    static void put(MemorySegment out, long offset, byte[] levels, int shift) {
        for (int j = 0; j < 64; j++) {
            int from = j / 32 * 128 + j % 32;
            int four = 0;
            for (int s = 0; s < 4; s++) {
                four |= (levels[from + 32 * s] >> shift & 3) << 2 * s;
            }
            put8(out, offset + j, four);
        }
    }

    /** Writes bit {@code bit} of 256 levels in 32 bytes: that of weight 32 * b + l in bit b of byte l. */
    static void putBit(MemorySegment out, long offset, byte[] levels, int bit) {
        for (int l = 0; l < 32; l++) {
            int eight = 0;
            for (int b = 0; b < 8; b++) {
                eight |= (levels[32 * b + l] >> bit & 1) << b;
            }
            put8(out, offset + l, eight);
        }
    }
}

package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;

/**
 * The scales of a row's runs as the file has them, as floats: a weight is {@code scales[run] * q + offsets[run]}. Four at
 * a time, because four bytes is what they are packed in, and without vectors of so few lanes: C2 has one profile of the
 * Vector API's methods for all kernels, and with two widths of a vector in it, kernels of either put theirs on the heap.
 * For a whole row, because C2 puts the sums of a loop on the heap that calls this at each block.
 */
final class RunScales {
    private RunScales() {}

    /** Q4_K: 8 scales and 8 minima of 6 bits a block, behind two scales. */
    static void q4k(long row, int blocks, float[] scales, float[] offsets) {
        packed(row, 144, blocks, scales, offsets);
    }

    /** Q5_K: as Q4_K. */
    static void q5k(long row, int blocks, float[] scales, float[] offsets) {
        packed(row, 176, blocks, scales, offsets);
    }

    private static void packed(long row, int blockBytes, int blocks, float[] scales, float[] offsets) {
        long p = row;
        for (int run = 0; run < 8 * blocks; run += 8, p += blockBytes) {
            float d = getHalf(p);
            float min = -getHalf(p + 2);
            int u = getInt(p + 4);
            int v = getInt(p + 8);
            int w = getInt(p + 12);
            put(u & 0x3F3F3F3F, 0, d, scales, run);
            put(w & 0x0F0F0F0F | u >>> 2 & 0x30303030, 0, d, scales, run + 4);
            put(v & 0x3F3F3F3F, 0, min, offsets, run);
            put(w >>> 4 & 0x0F0F0F0F | v >>> 2 & 0x30303030, 0, min, offsets, run + 4);
        }
    }

    /** Q6_K: 16 signed bytes near the end of a block; 32 is subtracted from each weight. */
    static void q6k(long row, int blocks, float[] scales, float[] offsets) {
        for (int run = 0; run < 16 * blocks; run += 4) {
            long p = row + 210L * (run >> 4);
            float d = getHalf(p + 208);
            int four = getInt(p + 192 + (run & 15));
            put(four, 0, d, scales, run);
            put(four, 0, -32 * d, offsets, run);
        }
    }

    /** Q2_K: a scale in the low and a minimum in the high nibble of each of 16 bytes. */
    static void q2k(long row, int blocks, float[] scales, float[] offsets) {
        for (int run = 0; run < 16 * blocks; run += 4) {
            long p = row + 84L * (run >> 4);
            int four = getInt(p + (run & 15));
            put(four & 0x0F0F0F0F, 0, getHalf(p + 80), scales, run);
            put(four >>> 4 & 0x0F0F0F0F, 0, -getHalf(p + 82), offsets, run);
        }
    }

    /**
     * Q3_K: 16 scales of 6 bits, 4 low bits in the nibbles of 8 bytes and 2 high bits in 4 bytes, less 32 each; 4 is
     * subtracted from each weight.
     */
    static void q3k(long row, int blocks, float[] scales, float[] offsets) {
        for (int run = 0; run < 16 * blocks; run += 4) {
            long p = row + 110L * (run >> 4);
            int j = run & 15;
            float d = getHalf(p + 108);
            long high = getInt(p + 104) & 0xFFFFFFFFL;
            int low = getInt(p + 96 + (j & 4)) >>> (j >> 3 << 2);
            int four = low & 0x0F0F0F0F | (int) (high << 4 >> (j >> 1)) & 0x30303030;
            put(four, 32, d, scales, run);
            put(four, 32, -4 * d, offsets, run);
        }
    }

    /** Four signed bytes less {@code zero}, times a factor. */
    private static void put(int bytes, int zero, float factor, float[] to, int at) {
        to[at] = factor * ((byte) bytes - zero);
        to[at + 1] = factor * ((byte) (bytes >> 8) - zero);
        to[at + 2] = factor * ((byte) (bytes >> 16) - zero);
        to[at + 3] = factor * ((bytes >> 24) - zero);
    }
}

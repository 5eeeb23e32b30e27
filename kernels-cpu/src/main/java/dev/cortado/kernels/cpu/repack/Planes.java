package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.putByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.putInt;

/** Bits on their way into the int planes of {@link Layout} and out again; one lane at a time, four bytes at a time. */
final class Planes {
    private Planes() {}

    /** Copies {@code ints} ints, one into each plane. */
    static void copy(long source, int ints, long planes, int lanes, int lane) {
        long target = planes + 4L * lane;
        for (int i = 0; i < ints; i++) {
            putInt(target + 4L * lanes * i, getInt(source + 4L * i));
        }
    }

    /**
     * Puts the four bytes of a word into byte planes, which lie {@code stride} apart.
     *
     * @param plane address of the first
     */
    static void bytes(int word, long plane, long stride, int lane) {
        for (int i = 0; i < 4; i++) {
            putByte(plane + i * stride + lane, (byte) (word >>> 8 * i));
        }
    }

    /** As {@link #bytes}, but two planes lie side by side at each of two places. */
    static void twiceTwoBytes(int word, long planes, long stride, int lanes, int lane) {
        for (int i = 0; i < 4; i++) {
            putByte(planes + (i >> 1) * stride + (i & 1) * lanes + lane, (byte) (word >>> 8 * i));
        }
    }

    /** Nibble planes of a chunk whose 32 weights are the nibbles at bit {@code shift} (0 or 4) of 32 bytes. */
    static void nibbles(long source, int shift, long planes, int lanes, int lane) {
        long target = planes + 4L * lane;
        for (int i = 0; i < 4; i++) {
            int low = getInt(source + 4 * i) >>> shift & 0x0F0F0F0F;
            int high = getInt(source + 16 + 4 * i) >>> shift & 0x0F0F0F0F;
            putInt(target + 4L * lanes * i, low | high << 4);
        }
    }

    /** The fifth-bit plane's word of a chunk whose bits are bit {@code shift} of 32 bytes. */
    static int fifthBits(long source, int shift) {
        int word = 0;
        for (int i = 0; i < 4; i++) {
            int low = getInt(source + 4 * i) >>> shift & 0x01010101;
            int high = getInt(source + 16 + 4 * i) >>> shift & 0x01010101;
            low = (low | low >>> 6) & 0x00050005;
            high = (high | high >>> 6) & 0x00050005;
            word |= (low | high << 1) << 4 * i;
        }
        return word;
    }

    /** The fifth-bit plane's word of a chunk whose bit of weight k is bit k of {@code bits} (Q5_0, Q5_1). */
    static int fifthBits(int bits) {
        int word = 0;
        for (int i = 0; i < 4; i++) {
            int low = bits >>> 4 * i;
            int high = bits >>> 16 + 4 * i;
            int first = low & 1 | high << 1 & 2 | low << 1 & 4 | high << 2 & 8;
            int second = low >>> 2 & 1 | high >>> 1 & 2 | low >>> 1 & 4 | high & 8;
            word |= (first | second << 16) << 4 * i;
        }
        return word;
    }

    /** Two-bit planes of a chunk whose 32 weights are the bits at {@code shift} (0, 2, 4, 6) of 32 bytes. */
    static void twoBits(long source, int shift, long planes, int lanes, int lane) {
        long target = planes + 4L * lane;
        for (int i = 0; i < 2; i++) {
            int even = twoBitFields(source + 8 * i, shift);
            int odd = twoBitFields(source + 8 * i + 4, shift);
            putInt(target + 4L * lanes * i, even | odd << 8);
        }
    }

    private static int twoBitFields(long source, int shift) {
        int low = getInt(source) >>> shift & 0x03030303;
        int high = getInt(source + 16) >>> shift & 0x03030303;
        low = low & 0x00030003 | low >>> 4 & 0x00300030;
        high = high << 2 & 0x000C000C | high >>> 2 & 0x00C000C0;
        return low | high;
    }

    /** A lane's nibbles of a chunk, minus {@code offset}. */
    static void readNibbles(long planes, int lanes, int lane, int offset, byte[] weights, int at) {
        for (int i = 0; i < 4; i++) {
            int q = getInt(planes + 4L * (lanes * i + lane));
            int k = at + 4 * i;
            weights[k] = (byte) ((q & 15) - offset);
            weights[k + 1] = (byte) ((q >>> 8 & 15) - offset);
            weights[k + 2] = (byte) ((q >>> 16 & 15) - offset);
            weights[k + 3] = (byte) ((q >>> 24 & 15) - offset);
            weights[k + 16] = (byte) ((q >>> 4 & 15) - offset);
            weights[k + 17] = (byte) ((q >>> 12 & 15) - offset);
            weights[k + 18] = (byte) ((q >>> 20 & 15) - offset);
            weights[k + 19] = (byte) ((q >>> 28) - offset);
        }
    }

    /** A lane's nibbles of a chunk through a table of 16 values. */
    static void readTable(long planes, int lanes, int lane, byte[] table, byte[] weights, int at) {
        readNibbles(planes, lanes, lane, 0, weights, at);
        for (int k = at; k < at + 32; k++) {
            weights[k] = table[weights[k]];
        }
    }

    /** Adds {@code value} times the lane's fifth bits to a chunk. */
    static void addFifthBits(long plane, int lane, int value, byte[] weights, int at) {
        int word = getInt(plane + 4L * lane);
        for (int i = 0; i < 4; i++) {
            int k = at + 4 * i;
            int bits = word >>> 4 * i;
            for (int h = 0; h < 2; h++) {
                weights[k + 2 * h] += (byte) ((bits & 1) * value);
                weights[k + 2 * h + 16] += (byte) ((bits >>> 1 & 1) * value);
                weights[k + 2 * h + 1] += (byte) ((bits >>> 2 & 1) * value);
                weights[k + 2 * h + 17] += (byte) ((bits >>> 3 & 1) * value);
                bits >>>= 16;
            }
        }
    }

    /** Adds {@code value} times the lane's two-bit fields to a chunk. */
    static void addTwoBits(long planes, int lanes, int lane, int value, byte[] weights, int at) {
        for (int i = 0; i < 4; i++) {
            int k = at + 4 * i;
            int bits = getInt(planes + 4L * (lanes * (i >> 1) + lane)) >>> 8 * (i & 1);
            for (int h = 0; h < 2; h++) {
                weights[k + 2 * h] += (byte) ((bits & 3) * value);
                weights[k + 2 * h + 16] += (byte) ((bits >>> 2 & 3) * value);
                weights[k + 2 * h + 1] += (byte) ((bits >>> 4 & 3) * value);
                weights[k + 2 * h + 17] += (byte) ((bits >>> 6 & 3) * value);
                bits >>>= 16;
            }
        }
    }
}

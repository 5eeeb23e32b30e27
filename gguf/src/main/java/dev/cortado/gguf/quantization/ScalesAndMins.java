package dev.cortado.gguf.quantization;

import static dev.cortado.gguf.quantization.LittleEndian.put8;
import static dev.cortado.gguf.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Eight 6-bit scales and eight 6-bit minimums in twelve bytes, as Q4_K and Q5_K pack them: numbers 0 to 3 are the low
 * six bits of bytes 0 to 3 (scales) and 4 to 7 (minimums); of numbers 4 to 7 the low four bits are the low (scales) and
 * high (minimums) halves of bytes 8 to 11, the upper two are the upper two of bytes 0 to 3 and 4 to 7.
 */
final class ScalesAndMins {
    private ScalesAndMins() {}

    static int scale(MemorySegment data, long packed, int k) {
        return k < 4 ? u8(data, packed + k) & 63 : u8(data, packed + 4 + k) & 15 | u8(data, packed + k - 4) >> 6 << 4;
    }

    static int min(MemorySegment data, long packed, int k) {
        return k < 4 ? u8(data, packed + 4 + k) & 63 : u8(data, packed + 4 + k) >> 4 | u8(data, packed + k) >> 6 << 4;
    }

    static void put(MemorySegment out, long packed, byte[] scales, byte[] mins) {
        for (int k = 0; k < 4; k++) {
            put8(out, packed + k, scales[k] | scales[k + 4] >> 4 << 6);
            put8(out, packed + 4 + k, mins[k] | mins[k + 4] >> 4 << 6);
            put8(out, packed + 8 + k, scales[k + 4] & 15 | (mins[k + 4] & 15) << 4);
        }
    }

    /** How errors count where no importance is given: root mean square of the group plus magnitude. */
    static void weigh(float[] x, int from, float[] weights) {
        float sum = 0;
        for (int i = from; i < from + weights.length; i++) {
            sum += x[i] * x[i];
        }
        float root = (float) Math.sqrt(sum / weights.length);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = root + Math.abs(x[from + i]);
        }
    }
}

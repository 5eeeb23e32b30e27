package dev.cortado.engine.reference;

import dev.cortado.engine.backend.KvShape;

/** What storing a row of keys or values in a {@link KvShape.Type} does to its floats. */
final class KvRounding {
    /** Floats that share a scale in Q8_0. */
    static final int BLOCK = 32;

    private KvRounding() {}

    /** Rounds {@code values[at, at + count)} to what is read back from a cache of that type. */
    static void round(KvShape.Type type, float[] values, int at, int count) {
        switch (type) {
            case F32 -> {}
            case F16 -> {
                for (int i = at; i < at + count; i++) {
                    values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
                }
            }
            case Q8_0 -> {
                for (int block = at; block < at + count; block += BLOCK) {
                    float scale = scale(values, block);
                    float stored = Float.float16ToFloat(Float.floatToFloat16(scale));
                    for (int i = block; i < block + BLOCK; i++) {
                        values[i] = quant(values[i], scale) * stored;
                    }
                }
            }
        }
    }

    /** Q8_0's scale of the block at {@code at}: the largest magnitude becomes 127 (ggml-quants.c). */
    static float scale(float[] values, int at) {
        float largest = 0;
        for (int i = at; i < at + BLOCK; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest / 127;
    }

    /** value / scale, rounded to the nearest integer, half away from zero as C's roundf. */
    static int quant(float value, float scale) {
        float inverse = scale == 0 ? 0 : 1 / scale;
        float quotient = value * inverse;
        return (int) Math.copySign(Math.floor(Math.abs((double) quotient) + 0.5), quotient);
    }
}

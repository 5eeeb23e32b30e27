package dev.cortado.gguf.quantization;

/**
 * The sixteen values of a 4-bit float with two exponent bits and one mantissa bit (OCP Microscaling Formats 1.0),
 * doubled so that they are integers; the scales that go with them are halved.
 */
final class E2M1 {
    static final byte[] DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private E2M1() {}

    /** The first value nearest to {@code x / scale}. */
    static byte nearest(float x, float scale) {
        byte nearest = 0;
        float least = Math.abs(DOUBLED[0] * scale - x);
        for (byte q = 1; q < 16; q++) {
            float error = Math.abs(DOUBLED[q] * scale - x);
            if (error < least) {
                nearest = q;
                least = error;
            }
        }
        return nearest;
    }
}

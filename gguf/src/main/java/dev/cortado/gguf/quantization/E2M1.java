package dev.cortado.gguf.quantization;

/**
 * The sixteen values of a 4-bit float with two exponent bits and one mantissa bit (OCP Microscaling Formats 1.0),
 * doubled so that they are integers; the scales that go with them are halved.
 */
final class E2M1 {
    static final byte[] DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private E2M1() {}
}

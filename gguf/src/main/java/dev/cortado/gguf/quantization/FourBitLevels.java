package dev.cortado.gguf.quantization;

/** The sixteen levels of IQ4_NL and IQ4_XS (ggml-common.h): closer together around zero, where most weights are. */
final class FourBitLevels {
    static final byte[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private FourBitLevels() {}
}

package dev.cortado.gguf.quantization;

/** The two ways in which quantisers round to the nearest integer. */
final class Rounding {
    private Rounding() {}

    /** A half goes to the even neighbour. */
    static int halfEven(float x) {
        return (int) Math.rint(x);
    }

    /** As {@link #halfEven}, then into {@code low} to {@code high}. */
    static int halfEven(float x, int low, int high) {
        return Math.clamp(halfEven(x), low, high);
    }

    /** A half goes away from zero. In double, where adding a half to a float is exact. */
    static int halfAway(float x) {
        return (int) (x + Math.copySign(0.5, x));
    }
}

package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Rope;

/** A {@link Rope} applied to one head. */
final class Rotation {
    private Rotation() {}

    /** Turns the head of columns {@code x[at...]} by {@code position} (which may be negative) and multiplies by {@code magnitude}. */
    static void rotate(float[] x, int at, Rope rope, long position, float magnitude) {
        int pairs = rope.frequencies().length;
        for (int i = 0; i < pairs; i++) {
            int first = at + rope.offset() + (rope.style() == Rope.Style.INTERLEAVED ? 2 * i : i);
            int second = first + (rope.style() == Rope.Style.INTERLEAVED ? 1 : pairs);
            double angle = position * (double) rope.frequencies()[i];
            double cos = Math.cos(angle) * magnitude;
            double sin = Math.sin(angle) * magnitude;
            double a = x[first];
            double b = x[second];
            x[first] = (float) (a * cos - b * sin);
            x[second] = (float) (a * sin + b * cos);
        }
    }

    static void require(Rope rope, int headWidth) {
        if (rope.offset() < 0 || rope.offset() + (long) rope.width() > headWidth) {
            throw new IllegalArgumentException("rope of columns %d to %d, expected some of a head's %d"
                    .formatted(rope.offset(), rope.offset() + (long) rope.width(), headWidth));
        }
    }
}

package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Rope.Style;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Cosines and sines of one rotation, computed once for each position: pages of {@value #PAGE} positions, filled when a
 * position is first used, [position][pair][cos, sin].
 */
final class Rotary {
    private static final int PAGE = 64;
    /** Positions beyond this many are computed on the spot; no model was trained on contexts so long. */
    private static final int KEPT = 1 << 20;

    /** Turns the heads of each row of x. */
    static final RowOperation.Kernel KERNEL = (o, from, to, buffers) -> {
        CpuActivations x = o.x();
        for (int row = from; row < to; row++) {
            o.rotary().rotate(x.data, x.at(row), x.columns(), o.headWidth, row + o.position);
        }
    };

    /** The tables of the rotations in use; a table is forgotten with the rotation. */
    static final class Tables {
        private final Map<Rope, Rotary> tables = new WeakHashMap<>();

        synchronized Rotary of(Rope rope) {
            return tables.computeIfAbsent(rope, Rotary::new);
        }
    }

    private final Style style;
    private final int offset;
    private final float[] frequencies;
    private final float magnitude;
    private final AtomicReferenceArray<float[]> pages = new AtomicReferenceArray<>(KEPT / PAGE);

    Rotary(Rope rope) {
        style = rope.style();
        offset = rope.offset();
        frequencies = rope.frequencies();
        magnitude = rope.magnitude();
    }

    /** Turns the heads at x[at..at + columns) to {@code position}. */
    void rotate(float[] x, int at, int columns, int headWidth, int position) {
        if (position < KEPT) {
            turn(x, at, columns, headWidth, page(position / PAGE), position % PAGE * 2 * frequencies.length);
        } else {
            turn(x, at, columns, headWidth, angles(position, 1, magnitude), 0);
        }
    }

    /** Cosines and sines that turn heads back by {@code positions}, whose magnitude was applied before. */
    float[] anglesBack(int positions) {
        return angles(-positions, 1, 1);
    }

    /** Turns the heads at x[at..at + columns) by the cosines and sines at table[first...]. */
    void turn(float[] x, int at, int columns, int headWidth, float[] table, int first) {
        int pairs = frequencies.length;
        boolean interleaved = style == Style.INTERLEAVED;
        int step = interleaved ? 2 : 1;
        int other = interleaved ? 1 : pairs;
        for (int head = at + offset; head < at + columns; head += headWidth) {
            for (int i = 0, j = head, t = first; i < pairs; i++, j += step, t += 2) {
                float a = x[j];
                float b = x[j + other];
                x[j] = a * table[t] - b * table[t + 1];
                x[j + other] = a * table[t + 1] + b * table[t];
            }
        }
    }

    private float[] page(int number) {
        float[] page = pages.get(number);
        if (page == null) {
            // Two threads may compute the same page at the same time; both write the same values.
            page = angles(number * PAGE, PAGE, magnitude);
            pages.set(number, page);
        }
        return page;
    }

    private float[] angles(int position, int count, float magnitude) {
        float[] table = new float[count * 2 * frequencies.length];
        int at = 0;
        for (int p = position; p < position + count; p++) {
            for (float frequency : frequencies) {
                double angle = (double) p * frequency;
                table[at++] = (float) Math.cos(angle) * magnitude;
                table[at++] = (float) Math.sin(angle) * magnitude;
            }
        }
        return table;
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Rope;
import dev.cortado.engine.backend.Segment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rotary position embedding. Cosines and sines are the CPU's, in float64: a shader's are too coarse at far positions.
 * The table of a rope stays on the device while the same positions are asked for, as they are in each layer of a
 * forward pass.
 */
final class Rotations {
    private static final int TABLES = 16;
    private static final int GROUP = 64;

    /** A rope by identity. */
    private record Key(Rope rope) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key(Rope same) && same == rope;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(rope);
        }
    }

    private record Table(int[] positions, Region region) {}

    /** Where rows are that consist of heads: the first float of row 0, floats to the next row. */
    private record Heads(Region region, long bytes, int offset, int stride, int count, int width) {}

    private final Gpu gpu;
    private final LinkedHashMap<Key, Table> tables = new LinkedHashMap<>(TABLES, 0.75f, true);

    Rotations(Gpu gpu) {
        this.gpu = gpu;
    }

    void rope(Activations activations, int headWidth, Rope rope, List<Segment> segments) {
        VulkanActivations x = VulkanActivations.of(activations);
        int heads = Require.heads("x", x.columns(), headWidth);
        require(rope, headWidth);
        Require.segments("x", x, segments);
        int count = segments.stream().mapToInt(Segment::rows).sum();
        int[] rows = new int[count];
        int[] positions = new int[count];
        int i = 0;
        for (Segment s : segments) {
            for (int r = 0; r < s.rows(); r++, i++) {
                rows[i] = s.row() + r;
                positions[i] = s.position() + r;
            }
        }
        if (count > 0) {
            Region table = table(rope, positions);
            Heads all = new Heads(x.region(), x.bytesInUse(), x.offset(), x.stride(), heads, headWidth);
            rotate(all, rows, rope, table, rope.frequencies().length);
        }
    }

    static void require(Rope rope, int headWidth) {
        if (rope.offset() < 0 || rope.offset() + (long) rope.width() > headWidth) {
            throw new IllegalArgumentException("rope of columns %d to %d, expected some of a head's %d"
                    .formatted(rope.offset(), rope.offset() + (long) rope.width(), headWidth));
        }
    }

    /** Turns rows of floats back by {@code positions}: row i of {@code x} begins at float i * width. */
    void turnBack(Region x, int width, int count, int headWidth, Rope rope, int positions) {
        float[] turns = new float[2 * rope.frequencies().length];
        turns(rope, -(long) positions, 1, turns, 0);
        int[] rows = new int[count];
        Arrays.setAll(rows, i -> i);
        Region table = gpu.recorder().upload(turns, 0, turns.length);
        rotate(new Heads(x, x.bytes(), 0, width, width / headWidth, headWidth), rows, rope, table, 0);
    }

    /** Row rows[i] by the turns that begin at i * step in the table. */
    private void rotate(Heads heads, int[] rows, Rope rope, Region table, int step) {
        int pairs = rope.frequencies().length;
        gpu.dispatch("rope")
                .bind(heads.region, 0, heads.bytes, true)
                .read(table)
                .read(gpu.recorder().upload(rows, rows.length))
                .push(heads.offset, heads.stride, rows.length, heads.count, heads.width, rope.offset(), pairs)
                .push(rope.style() == Rope.Style.INTERLEAVED ? 1 : 0, step)
                .invocations((long) rows.length * heads.count * pairs, GROUP);
    }

    private Region table(Rope rope, int[] positions) {
        Key key = new Key(rope);
        Table table = tables.get(key);
        if (table != null && Arrays.equals(table.positions, positions)) {
            return table.region;
        }
        int pairs = rope.frequencies().length;
        float[] turns = new float[2 * pairs * positions.length];
        for (int i = 0; i < positions.length; i++) {
            turns(rope, positions[i], rope.magnitude(), turns, 2 * pairs * i);
        }
        Region region = table != null && table.region.bytes() >= 4L * turns.length
                ? table.region
                : newTable(key, table, 4L * turns.length);
        tables.put(key, new Table(positions, region));
        Region values = gpu.recorder().upload(turns, 0, turns.length);
        gpu.recorder().copy(values, 0, region, 0, 4L * turns.length);
        return region;
    }

    private Region newTable(Key key, @Nullable Table smaller, long bytes) {
        if (smaller != null) {
            tables.remove(key);
            gpu.free(smaller.region);
        } else if (tables.size() == TABLES) {
            gpu.free(tables.pollFirstEntry().getValue().region);
        }
        return gpu.allocate(bytes, "rotations");
    }

    private static void turns(Rope rope, long position, double magnitude, float[] turns, int at) {
        for (int pair = 0; pair < rope.frequencies().length; pair++) {
            double angle = position * (double) rope.frequencies()[pair];
            turns[at + 2 * pair] = (float) (Math.cos(angle) * magnitude);
            turns[at + 2 * pair + 1] = (float) (Math.sin(angle) * magnitude);
        }
    }
}

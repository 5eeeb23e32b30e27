package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Segment;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Small operands written as literals. */
final class Fixture {
    private Fixture() {}

    /** A float32 matrix, row by row. */
    static Matrix matrix(Backend backend, float[]... rows) {
        return backend.matrix(tensor("w", rows));
    }

    static Tensor tensor(String name, float[]... rows) {
        int columns = rows[0].length;
        MemorySegment data = Arena.ofAuto().allocate(4L * rows.length * columns, 4);
        ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < rows.length; r++) {
            MemorySegment.copy(rows[r], 0, data, layout, 4L * r * columns, columns);
        }
        return new Tensor(name, TensorType.F32, new long[] {columns, rows.length}, data);
    }

    static float[] row(float... values) {
        return values;
    }

    static Activations activations(Backend backend, float[]... rows) {
        Activations x = backend.activations(rows.length, rows[0].length);
        x.rows(rows.length);
        for (int r = 0; r < rows.length; r++) {
            x.write(r, rows[r], 0);
        }
        return x;
    }

    /** An output with room for a few rows. */
    static Activations output(Backend backend, int columns) {
        return backend.activations(8, columns);
    }

    static float[][] rows(Activations x) {
        float[][] rows = new float[x.rows()][x.columns()];
        for (int r = 0; r < rows.length; r++) {
            x.read(r, rows[r], 0);
        }
        return rows;
    }

    /** A cache with one attention layer. */
    static KvCache cache(Backend backend, int keyWidth, int valueWidth, KvShape.Type type, int capacity) {
        KvShape shape = new KvShape(new int[] {keyWidth}, new int[] {valueWidth}, new int[] {0}, type);
        return backend.kvCache(shape, capacity);
    }

    /** The whole batch as one segment of a sequence that begins at the cache's start. */
    static List<Segment> segment(KvCache cache, int position, int rows) {
        return List.of(new Segment(cache, 0, position, 0, rows));
    }
}

package dev.cortado.engine.model;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Norm;
import dev.cortado.engine.backend.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one forward pass works with: the rows' tokens and positions, the segments they come from, and buffers, on each
 * device that takes part. Passes are kept and used again. Confined to one thread at a time.
 */
final class Pass implements AutoCloseable {
    private final Workspace[] workspaces;
    private final List<List<Segment>> segments = new ArrayList<>();
    private final List<KvCache> packed = new ArrayList<>();
    private int[] tokens = new int[1];
    private int[] positions = new int[1];
    private int[] wanted = new int[1];
    private int rows;
    private int wantedRows;
    private int room;
    private int device;
    private float[] crossing = {};

    Pass(List<Backend> devices) {
        workspaces = devices.stream().map(Workspace::new).toArray(Workspace[]::new);
        devices.forEach(backend -> segments.add(new ArrayList<>()));
    }

    /** Forgets the rows of the last pass. */
    void clear() {
        rows = 0;
        wantedRows = 0;
        segments.forEach(List::clear);
    }

    /** Makes buffers ready for the rows that were added. */
    void begin() {
        for (Workspace workspace : workspaces) {
            workspace.reserve(rows);
        }
        room = Math.max(room, rows);
        device = 0;
    }

    /** Rows that it has buffers for: as many as it ever had. */
    int room() {
        return room;
    }

    int rows() {
        return rows;
    }

    /** Begins a segment whose rows are added next. */
    void addSegment(int onDevice, KvCache cache, int base, int position, int count) {
        segments.get(onDevice).add(new Segment(cache, base, position, rows, count));
    }

    void addRow(int token, int position, boolean isWanted) {
        if (rows == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * rows);
            positions = Arrays.copyOf(positions, 2 * rows);
            wanted = Arrays.copyOf(wanted, 2 * rows);
        }
        if (isWanted) {
            wanted[wantedRows++] = rows;
        }
        tokens[rows] = token;
        positions[rows] = position;
        rows++;
    }

    /** Caches for all rows of a packed batch, one per device; what they held before is of no use to anyone. */
    List<KvCache> packedCaches(List<KvShape> shapes, int capacity) {
        if (packed.isEmpty() || packed.getFirst().capacity() < capacity) {
            packed.forEach(KvCache::close);
            packed.clear();
            for (int i = 0; i < shapes.size(); i++) {
                packed.add(workspaces[i].backend().kvCache(shapes.get(i), capacity));
            }
        }
        return packed;
    }

    int[] tokens() {
        return tokens;
    }

    int[] positions() {
        return positions;
    }

    /** Rows whose result is wanted, {@link #wantedRows} of them. */
    int[] wanted() {
        return wanted;
    }

    int wantedRows() {
        return wantedRows;
    }

    /** The device that computes now. */
    Workspace workspace() {
        return workspaces[device];
    }

    Backend backend() {
        return workspace().backend();
    }

    List<Segment> segments() {
        return segments.get(device);
    }

    /** Goes on with the residual on another device; nothing happens where it is there already. */
    Activations enter(int next, Activations x) {
        if (next == device) {
            return x;
        }
        int columns = x.columns();
        if (crossing.length < rows * columns) {
            crossing = new float[rows * columns];
        }
        for (int row = 0; row < rows; row++) {
            x.read(row, crossing, row * columns);
        }
        device = next;
        Activations there = workspace().get(Buffer.RESIDUAL, columns);
        there.rows(rows);
        for (int row = 0; row < rows; row++) {
            there.write(row, crossing, row * columns);
        }
        return there;
    }

    /** norm(x) in a buffer of its own, or x where there is no norm. */
    Activations normed(Activations x, @Nullable Norm norm, Buffer into) {
        if (norm == null) {
            return x;
        }
        Activations out = workspace().get(into, x.columns());
        backend().norm(x, norm, out);
        return out;
    }

    /** x = norm(x), where there is a norm. */
    void normalise(Activations x, @Nullable Norm norm) {
        if (norm != null) {
            backend().norm(x, norm, x);
        }
    }

    /** A copy of x where it is needed later, else x. */
    Activations saved(Activations x, boolean needed) {
        if (!needed) {
            return x;
        }
        Activations copy = workspace().get(Buffer.SAVED, x.columns());
        backend().copy(x, copy);
        return copy;
    }

    /** One product into a buffer. */
    Activations product(Activations in, Linear[] one, Buffer into) {
        Activations out = workspace().get(into, one[0].weight().rows());
        backend().matmul(in, one, workspace().outputs(out));
        return out;
    }

    @Override
    public void close() {
        packed.forEach(KvCache::close);
        packed.clear();
        for (Workspace workspace : workspaces) {
            workspace.close();
        }
        room = 0;
    }
}

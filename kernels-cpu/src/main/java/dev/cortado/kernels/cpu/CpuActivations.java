package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activations;
import org.jspecify.annotations.Nullable;

/** Rows on the heap: element c of row r is {@code data[offset + r * stride + c]}. */
final class CpuActivations implements Activations {
    final float[] data;
    final int offset;
    final int stride;
    private final int columns;
    private final int capacity;
    private final @Nullable CpuActivations origin;
    private int rows;
    private boolean closed;

    private CpuActivations(
            float[] data, int offset, int stride, int columns, int capacity, @Nullable CpuActivations origin) {
        this.data = data;
        this.offset = offset;
        this.stride = stride;
        this.columns = columns;
        this.capacity = capacity;
        this.origin = origin;
    }

    /**
     * Zeroed rows.
     *
     * @throws IllegalArgumentException if they do not fit in one array
     */
    static CpuActivations zeroed(int capacity, int columns) {
        if (capacity < 1 || columns < 1 || (long) capacity * columns > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "activations of %d rows x %d columns: at least 1 x 1 and fewer than 2^31 floats are possible"
                            .formatted(capacity, columns));
        }
        return new CpuActivations(new float[capacity * columns], 0, columns, columns, capacity, null);
    }

    static CpuActivations of(Activations activations) {
        if (!(activations instanceof CpuActivations own)) {
            throw new IllegalArgumentException("activations of another backend: " + activations.getClass());
        }
        own.origin().requireOpen();
        return own;
    }

    private CpuActivations origin() {
        return origin == null ? this : origin;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("these activations are closed");
        }
    }

    @Override
    public int rows() {
        return origin().rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void rows(int rows) {
        if (rows < 0 || rows > capacity) {
            throw new IllegalArgumentException("%d rows wanted, the capacity is %d".formatted(rows, capacity));
        }
        origin().rows = rows;
    }

    /** Index of row r's first element in {@link #data}. */
    int at(int row) {
        return offset + row * stride;
    }

    @Override
    public Activations columns(int from, int count) {
        Shapes.range("columns", from, count, columns);
        return new CpuActivations(data, offset + from, stride, count, capacity, origin());
    }

    @Override
    public void read(int row, float[] target, int at) {
        origin().requireOpen();
        Shapes.index("row", row, rows());
        System.arraycopy(data, at(row), target, at, columns);
    }

    @Override
    public void write(int row, float[] source, int at) {
        origin().requireOpen();
        Shapes.index("row", row, rows());
        System.arraycopy(source, at, data, at(row), columns);
    }

    @Override
    public void close() {
        if (origin == null) {
            closed = true;
        }
    }
}

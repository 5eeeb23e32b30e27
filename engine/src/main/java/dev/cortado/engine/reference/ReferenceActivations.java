package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Activations;

/** Rows on the heap: a view is the same storage with another first column. */
final class ReferenceActivations implements Activations {
    /** What an original and its views have in common. */
    private static final class Storage {
        final float[] values;
        final int capacity;
        final int stride;
        int rows;
        boolean closed;

        Storage(int capacity, int stride) {
            if (capacity < 1 || stride < 1 || (long) capacity * stride > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "activations of %d rows x %d columns, expected at least one and fewer than 2^31 floats"
                                .formatted(capacity, stride));
            }
            this.capacity = capacity;
            this.stride = stride;
            this.values = new float[capacity * stride];
        }
    }

    private final Storage storage;
    private final int from;
    private final int columns;
    private final boolean view;

    ReferenceActivations(int capacity, int columns) {
        this(new Storage(capacity, columns), 0, columns, false);
    }

    private ReferenceActivations(Storage storage, int from, int columns, boolean view) {
        this.storage = storage;
        this.from = from;
        this.columns = columns;
        this.view = view;
    }

    static ReferenceActivations of(Activations activations) {
        if (!(activations instanceof ReferenceActivations own)) {
            throw new IllegalArgumentException("activations of %s, expected those of this backend"
                    .formatted(activations.getClass().getName()));
        }
        own.open();
        return own;
    }

    /** As an operation's output: {@code rows} rows in use. */
    static ReferenceActivations of(Activations activations, int rows) {
        activations.rows(rows);
        return of(activations);
    }

    float get(int row, int column) {
        return storage.values[row * storage.stride + from + column];
    }

    void set(int row, int column, float value) {
        storage.values[row * storage.stride + from + column] = value;
    }

    @Override
    public int rows() {
        return storage.rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public int capacity() {
        return storage.capacity;
    }

    @Override
    public void rows(int rows) {
        open();
        if (rows < 0 || rows > storage.capacity) {
            throw new IllegalArgumentException("%d rows, expected 0 to %d".formatted(rows, storage.capacity));
        }
        storage.rows = rows;
    }

    @Override
    public Activations columns(int from, int count) {
        open();
        if (from < 0 || count < 1 || count > columns - from) {
            throw new IllegalArgumentException(
                    "columns %d to %d, expected some of 0 to %d".formatted(from, (long) from + count, columns));
        }
        return new ReferenceActivations(storage, this.from + from, count, true);
    }

    @Override
    public void read(int row, float[] target, int at) {
        open();
        Shapes.index("row", row, storage.rows);
        System.arraycopy(storage.values, row * storage.stride + from, target, at, columns);
    }

    @Override
    public void write(int row, float[] source, int at) {
        open();
        Shapes.index("row", row, storage.rows);
        System.arraycopy(source, at, storage.values, row * storage.stride + from, columns);
    }

    @Override
    public void close() {
        storage.closed |= !view;
    }

    private void open() {
        if (storage.closed) {
            throw new IllegalStateException("activations used after close");
        }
    }
}

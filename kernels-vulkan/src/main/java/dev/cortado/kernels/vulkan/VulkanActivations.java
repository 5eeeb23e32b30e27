package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows in device memory: a view is the same storage with another first column. */
final class VulkanActivations implements Activations {
    /** Rows up to so many bytes come back all together when the first of them is read. */
    private static final long MIRROR = 4L << 20;

    /** What an original and its views have in common. */
    private static final class Storage {
        final Gpu gpu;
        final Region region;
        final int capacity;
        final int stride;
        int rows;
        boolean closed;
        float[] mirror = {};
        long mirrored = -1; // version of the region that is in the mirror

        Storage(Gpu gpu, Region region, int capacity, int stride) {
            this.gpu = gpu;
            this.region = region;
            this.capacity = capacity;
            this.stride = stride;
        }
    }

    private final Storage storage;
    private final int from;
    private final int columns;
    private final boolean view;

    private VulkanActivations(Storage storage, int from, int columns, boolean view) {
        this.storage = storage;
        this.from = from;
        this.columns = columns;
        this.view = view;
    }

    static VulkanActivations allocate(Gpu gpu, int capacity, int columns) {
        if (capacity < 1 || columns < 1 || (long) capacity * columns > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException(
                    "activations of %d rows x %d columns, expected at least one and fewer than 2^29 floats"
                            .formatted(capacity, columns));
        }
        int stride = (columns + 3) / 4 * 4;
        synchronized (gpu) {
            Region region = gpu.allocate(
                    4L * capacity * stride, "activations of %d rows x %d columns".formatted(capacity, columns));
            return new VulkanActivations(new Storage(gpu, region, capacity, stride), 0, columns, false);
        }
    }

    static VulkanActivations of(Activations activations) {
        if (!(activations instanceof VulkanActivations own)) {
            throw new IllegalArgumentException("activations of %s, expected those of this backend"
                    .formatted(activations.getClass().getName()));
        }
        own.open();
        return own;
    }

    /** As an operand of so many columns. */
    static VulkanActivations of(Activations activations, String operand, long columns) {
        VulkanActivations own = of(activations);
        if (own.columns != columns) {
            throw new IllegalArgumentException(
                    "%s has %d columns, expected %d".formatted(operand, own.columns, columns));
        }
        return own;
    }

    /** As an operand of so many rows and columns. */
    static VulkanActivations of(Activations activations, String operand, int rows, long columns) {
        VulkanActivations own = of(activations, operand, columns);
        if (own.rows() != rows) {
            throw new IllegalArgumentException("%s has %d rows, expected %d".formatted(operand, own.rows(), rows));
        }
        return own;
    }

    /** As an output of so many columns, of which {@code rows} rows are then in use. */
    static VulkanActivations output(Activations activations, String operand, int rows, long columns) {
        VulkanActivations own = of(activations, operand, columns);
        own.rows(rows);
        return own;
    }

    Region region() {
        return storage.region;
    }

    /** Index of the first float of row 0. */
    int offset() {
        return from;
    }

    /** Floats from a row to the next. */
    int stride() {
        return storage.stride;
    }

    /** Bytes from the region's start that the rows in use take. */
    long bytesInUse() {
        return 4L * Math.max(1, storage.rows) * storage.stride;
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
    public VulkanActivations columns(int from, int count) {
        open();
        if (from < 0 || count < 1 || count > columns - from) {
            throw new IllegalArgumentException(
                    "columns %d to %d, expected some of 0 to %d".formatted(from, (long) from + count, columns));
        }
        return new VulkanActivations(storage, this.from + from, count, true);
    }

    @Override
    public void read(int row, float[] target, int at) {
        open();
        requireRow(row);
        synchronized (storage.gpu) {
            if (bytesInUse() > MIRROR) {
                MemorySegment segment =
                        storage.gpu.recorder().read(region(), 4L * ((long) row * stride() + from), 4L * columns);
                MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, 0, target, at, columns);
            } else {
                System.arraycopy(mirror(), row * stride() + from, target, at, columns);
            }
        }
    }

    /** The rows in use as they are now. */
    private float[] mirror() {
        Storage s = storage;
        int floats = s.rows * s.stride;
        if (s.mirrored != s.region.version() || s.mirror.length < floats) {
            MemorySegment segment = s.gpu.recorder().read(s.region, 0, 4L * floats);
            if (s.mirror.length < floats) {
                s.mirror = new float[floats];
            }
            MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, 0, s.mirror, 0, floats);
            s.mirrored = s.region.version();
        }
        return s.mirror;
    }

    @Override
    public void write(int row, float[] source, int at) {
        open();
        requireRow(row);
        synchronized (storage.gpu) {
            Recorder recorder = storage.gpu.recorder();
            Region values = recorder.upload(source, at, columns);
            recorder.copy(values, 0, region(), 4L * ((long) row * stride() + from), 4L * columns);
        }
    }

    private void requireRow(int row) {
        if (row < 0 || row >= storage.rows) {
            throw new IllegalArgumentException("row is %d, expected 0 to %d".formatted(row, storage.rows - 1));
        }
    }

    @Override
    public void close() {
        if (!view && !storage.closed) {
            storage.closed = true;
            synchronized (storage.gpu) {
                storage.gpu.free(storage.region);
            }
        }
    }

    private void open() {
        if (storage.closed) {
            throw new IllegalStateException("activations used after close");
        }
    }
}

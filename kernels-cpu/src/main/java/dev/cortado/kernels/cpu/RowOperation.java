package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Activation;
import dev.cortado.engine.backend.Norm;
import org.jspecify.annotations.Nullable;

/** An operation on every row, and its operands: which of them an operation has is its own affair. */
final class RowOperation implements WorkerPool.Task {
    /** What is done to rows from to to. Written without captured variables, so that no object comes into being per call. */
    interface Kernel {
        void run(RowOperation operands, int from, int to, Buffers buffers);
    }

    /** Elements that take one thread a few microseconds. */
    private static final long WORTH_SHARING = 8_192;

    private final WorkerPool.Region region;
    private @Nullable CpuActivations x;
    private @Nullable CpuActivations y;
    private @Nullable CpuActivations z;
    private float @Nullable [] parameter;
    private @Nullable Norm norm;
    private @Nullable Activation activation;
    private @Nullable Rotary rotary;
    private @Nullable KvStore store;
    private @Nullable Exponentials exponentials;
    float factor;
    int position;
    int headWidth;

    private @Nullable Kernel kernel;
    private int rows;
    private int firstRow;
    private int rowsOfPart;

    RowOperation(WorkerPool.Region region) {
        this.region = region;
    }

    RowOperation x(CpuActivations x) {
        this.x = x;
        return this;
    }

    RowOperation y(@Nullable CpuActivations y) {
        this.y = y;
        return this;
    }

    RowOperation z(CpuActivations z) {
        this.z = z;
        return this;
    }

    RowOperation factor(float factor) {
        this.factor = factor;
        return this;
    }

    RowOperation parameter(float @Nullable [] parameter) {
        this.parameter = parameter;
        return this;
    }

    RowOperation norm(Norm norm) {
        this.norm = norm;
        return this;
    }

    RowOperation activation(Activation activation) {
        this.activation = activation;
        return this;
    }

    RowOperation exponentials(Exponentials exponentials) {
        this.exponentials = exponentials;
        return this;
    }

    /** Row r stands at position r + {@code position}. */
    RowOperation rotary(Rotary rotary, int headWidth, int position) {
        this.rotary = rotary;
        this.headWidth = headWidth;
        this.position = position;
        return this;
    }

    /** Row r goes to slot r + {@code position}. */
    RowOperation store(KvStore store, int position) {
        this.store = store;
        this.position = position;
        return this;
    }

    CpuActivations x() {
        return given(x);
    }

    CpuActivations y() {
        return given(y);
    }

    @Nullable CpuActivations optionalY() {
        return y;
    }

    CpuActivations z() {
        return given(z);
    }

    float[] parameter() {
        return given(parameter);
    }

    Norm norm() {
        return given(norm);
    }

    Activation activation() {
        return given(activation);
    }

    Rotary rotary() {
        return given(rotary);
    }

    KvStore store() {
        return given(store);
    }

    Exponentials exponentials() {
        return given(exponentials);
    }

    private static <T> T given(@Nullable T operand) {
        if (operand == null) {
            throw new IllegalStateException("the operation lacks an operand");
        }
        return operand;
    }

    /** Runs the kernel on all rows of x and leaves the region. */
    void run(Kernel kernel) {
        run(0, x().rows(), kernel);
    }

    /** Runs the kernel on rows firstRow to firstRow + rows and leaves the region. */
    void run(int firstRow, int rows, Kernel kernel) {
        try {
            compute(firstRow, rows, kernel);
        } finally {
            region.leave();
        }
    }

    /** Runs the kernel on rows firstRow to firstRow + rows, in parts of whole rows where there is enough work. */
    void compute(int firstRow, int rows, Kernel kernel) {
        this.kernel = kernel;
        this.rows = rows;
        this.firstRow = firstRow;
        boolean shared = (long) rows * x().columns() >= WORTH_SHARING;
        rowsOfPart = shared ? Math.max(1, rows / (4 * region.threads())) : Math.max(1, rows);
        try {
            region.run((rows + rowsOfPart - 1) / rowsOfPart, this);
        } finally {
            x = null;
            y = null;
            z = null;
            parameter = null;
            norm = null;
            rotary = null;
            store = null;
        }
    }

    @Override
    public void run(int part, Buffers buffers) {
        int from = part * rowsOfPart;
        int to = Math.min(rows, from + rowsOfPart);
        given(kernel).run(this, firstRow + from, firstRow + to, buffers);
    }
}

package dev.cortado.kernels.cpu.weights;

import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.repack.Layout;
import org.jspecify.annotations.Nullable;

/**
 * A weight matrix as the CPU computes with it. Thread-safe; must not be used after {@link #close()} nor, where it uses
 * the file's own bytes, after the file was closed.
 */
public abstract sealed class CpuMatrix implements Matrix, AutoCloseable
        permits InterleavedMatrix, FloatMatrix, StoredMatrix {
    private final String name;
    private final TensorType type;
    private final int rows;
    private final int columns;

    CpuMatrix(Tensor tensor) {
        name = tensor.name();
        type = tensor.type();
        rows = Math.toIntExact(tensor.rows());
        columns = tensor.columns();
        long bytes = type.bytes(tensor.count());
        if (columns % type.blockSize() != 0 || tensor.data().byteSize() < bytes) {
            throw new IllegalArgumentException(
                    "tensor %s: %s of shape %s needs %d bytes and whole blocks of %d, it has %d bytes"
                            .formatted(
                                    name,
                                    type,
                                    tensor.shapeText(),
                                    bytes,
                                    type.blockSize(),
                                    tensor.data().byteSize()));
        }
    }

    /**
     * Takes a tensor over: interleaved types are rewritten (or not, see {@code repack}), F32, F16 and BF16 stay where
     * they are, and so do all others, which have no kernels.
     *
     * @param repack false computes on the file's bytes as they are, for machines that are short of memory
     * @param kernels the kernels of all matrices of a backend
     * @param parallel threads for the rewriting
     */
    public static CpuMatrix of(Tensor tensor, boolean repack, Kernels kernels, Parallel parallel) {
        Layout layout = Layout.of(tensor.type());
        if (layout != null) {
            return InterleavedMatrix.of(tensor, layout, repack, kernels.of(layout, repack), parallel);
        }
        return switch (tensor.type()) {
            case F32, F16, BF16 -> FloatMatrix.inPlace(tensor, kernels);
            default -> new StoredMatrix(tensor, kernels);
        };
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int rows() {
        return rows;
    }

    @Override
    public final int columns() {
        return columns;
    }

    /** The type that the file has it in. */
    public final TensorType type() {
        return type;
    }

    /** Most rows that {@link #multiply} takes; 0 where it is not there and every product goes through floats. */
    public int fewRows() {
        return QuantizedRows.few();
    }

    /** Gives inputs the form that {@link #multiply} needs, before threads share them. */
    public abstract void prepare(Inputs x);

    /** Rows should be divided among threads at multiples of this. */
    public abstract int rowQuantum();

    /**
     * {@code y[at + t * stride + r] = row r * x[t]} for r from {@code from} (a multiple of {@link #rowQuantum()}) below
     * {@code to} and all tokens t of x, which went through {@link #prepare}.
     */
    public abstract void multiply(Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch);

    /**
     * Dequantises {@code count} weights of a row from column {@code from}; both are multiples of the type's block size.
     */
    public abstract void row(int row, int from, int count, float[] out, int at, Scratch scratch);

    /**
     * Dequantises weights k to k + depth of rows {@code from} to {@code to}, at most {@link Panel#ROWS}, into
     * {@code panel[at + column * ROWS + row]}; rows that are missing are 0. {@code from} is a multiple of ROWS, k of
     * {@link IntegerPanel#DEPTH} and depth, at most that, of the type's block size.
     */
    public abstract void panel(int from, int to, int k, int depth, float[] panel, int at, Scratch scratch);

    /**
     * The kernel that takes up to eight rows past {@link #panel} to the same sums, or null while there is none. It is
     * for {@link #addEight}.
     */
    public @Nullable ProductByEight eight() {
        return null;
    }

    /**
     * {@code y[at + t * stride + r - from] += row r * x[t]} for r from {@code from} (a multiple of {@link Panel#ROWS})
     * below {@code to} and all tokens t of x, which was prepared side by side; what lies beyond, up to the next multiple
     * of ROWS, is changed too.
     */
    public void addEight(
            ProductByEight kernel, Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        throw new UnsupportedOperationException("%s has no kernel for eight rows".formatted(type()));
    }

    /** Whether many rows are multiplied with {@link #integerPanel}, and not with {@link #panel}. */
    public boolean integers() {
        return false;
    }

    /** Whether the sums of the integer tile lack offsets. */
    public boolean offsets() {
        return false;
    }

    /**
     * Sets {@code panel} to the weights from column k on of rows {@code from} to {@code to}, at most {@link
     * IntegerPanel#ROWS}; those that are missing become 0. {@code from} is a multiple of ROWS, k of {@link
     * IntegerPanel#DEPTH} and depth, at most that, of the type's block size.
     */
    public void integerPanel(int from, int to, int k, int depth, IntegerPanel.Room panel, Scratch scratch) {
        throw new UnsupportedOperationException("%s has no panel of integers".formatted(type()));
    }

    /** Gives memory of its own back. */
    @Override
    public abstract void close();

    final void check(Inputs x, int from, int to, float[] y, int at, int stride) {
        int last = at + (x.tokens() - 1) * stride + to;
        if (x.columns() != columns || from < 0 || to > rows || from > to || from % rowQuantum() != 0) {
            throw new IllegalArgumentException("matrix %s [%d x %d]: rows %d to %d times inputs of %d columns"
                    .formatted(name, rows, columns, from, to, x.columns()));
        }
        if (at < 0 || stride < 0 || last > y.length) {
            throw new IllegalArgumentException(
                    "matrix %s: results up to index %d, but there is room for %d".formatted(name, last, y.length));
        }
    }
}

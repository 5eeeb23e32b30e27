package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.memory.AllMemory;
import dev.cortado.kernels.cpu.startup.Bridge;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A matrix of F32, F16 or BF16 in the file's own bytes, row after row. Its products take float32 inputs as they are.
 */
public final class FloatMatrix extends CpuMatrix {
    /** More inputs are faster all at once than one by one, even if there are not eight. */
    private static final int EIGHT_FROM = 4;

    /** An input of more columns takes more than half of a first-level cache of 32 KiB, and weights pass through that too. */
    private static final int LONG_FROM = 4096;

    /** Weights that the kernel for eight inputs reads at once before it multiplies: they stay in the second-level cache. */
    private static final int CACHED_BYTES = 64 << 10;

    private final TensorType storage;
    private final Kernels.Rows kernels;
    private final @Nullable Bridge<RowsByFour> longRows;
    private final MemorySegment bytes;
    private final @Nullable Arena arena;
    private volatile boolean closed;

    private FloatMatrix(
            Tensor tensor, TensorType storage, Kernels kernels, MemorySegment bytes, @Nullable Arena arena) {
        super(tensor);
        this.storage = storage;
        this.kernels = kernels.rows(storage);
        longRows = columns() > LONG_FROM ? kernels.longRows(storage) : null;
        this.bytes = bytes;
        this.arena = arena;
    }

    static FloatMatrix inPlace(Tensor tensor, Kernels kernels) {
        MemorySegment data = tensor.data();
        if (data.isNative()) {
            return new FloatMatrix(tensor, tensor.type(), kernels, data, null);
        }
        Arena arena = Arena.ofShared();
        MemorySegment copy = arena.allocate(data.byteSize(), 64).copyFrom(data);
        return new FloatMatrix(tensor, tensor.type(), kernels, copy, arena);
    }

    /** The type of the bytes at {@link #address}: F32, F16 or BF16. */
    public TensorType storage() {
        return storage;
    }

    /** Where a row's weights from column {@code from} begin. */
    public long address(int row, int from) {
        Objects.checkIndex(row, rows());
        Objects.checkIndex(from, columns());
        if (closed) {
            throw new IllegalStateException("matrix %s is closed".formatted(name()));
        }
        return bytes.address() + storage.bytes((long) row * columns() + from);
    }

    @Override
    public void prepare(Inputs x) {
        if (x.tokens() >= EIGHT_FROM) {
            x.prepareEight();
        } else if (storage == TensorType.F16) {
            x.prepareForHalves();
        } else {
            x.prepareFloats();
        }
    }

    @Override
    public int rowQuantum() {
        return 1;
    }

    @Override
    public void multiply(Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        check(x, from, to, y, at, stride);
        int tokens = x.tokens();
        if (tokens < EIGHT_FROM) {
            multiplyOneByOne(x, from, to, y, at, stride, scratch);
            return;
        }
        RowsByEight eight = kernels.eight().get();
        int perChunk = (int) Math.max(1, CACHED_BYTES / storage.bytes(columns()) / 3) * 3;
        for (int r = from; r < to; r += perChunk) {
            int count = Math.min(perChunk, to - r);
            eight.multiply(address(r, 0), count, columns(), x.eight(), tokens, y, at + r, stride, scratch.sums);
        }
    }

    private void multiplyOneByOne(Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        boolean halves = storage == TensorType.F16;
        for (int t = 0; t < x.tokens(); t++) {
            long input = halves ? x.forHalves(t) : x.floats(t);
            int result = at + t * stride;
            multiply(input, from, to, y, result, scratch);
            if (halves) {
                float magnitude = x.magnitude(t);
                for (int r = from; r < to; r++) {
                    y[result + r] *= magnitude;
                }
            }
        }
    }

    private void multiply(long input, int from, int to, float[] y, int result, Scratch scratch) {
        if (longRows != null) {
            longRows.get().multiply(address(from, 0), to - from, columns(), input, y, result + from, scratch.sums);
            return;
        }
        RowProduct one = kernels.one().get();
        for (int r = from; r < to; r++) {
            one.multiply(address(r, 0), columns(), input, y, result + r, scratch.sums);
        }
    }

    @Override
    public void row(int row, int from, int count, float[] out, int at, Scratch scratch) {
        Objects.checkFromIndexSize(from, count, columns());
        Objects.checkFromIndexSize(at, count, out.length);
        long offset = address(row, from) - bytes.address();
        switch (storage) {
            case F32 -> MemorySegment.copy(bytes, AllMemory.FLOAT, offset, out, at, count);
            case F16 -> {
                short[] halves = scratch.shorts(count);
                MemorySegment.copy(bytes, AllMemory.SHORT, offset, halves, 0, count);
                for (int k = 0; k < count; k++) {
                    out[at + k] = Float.float16ToFloat(halves[k]);
                }
            }
            case BF16 -> {
                short[] halves = scratch.shorts(count);
                MemorySegment.copy(bytes, AllMemory.SHORT, offset, halves, 0, count);
                for (int k = 0; k < count; k++) {
                    out[at + k] = Float.intBitsToFloat(halves[k] << 16);
                }
            }
            default -> throw new AssertionError(storage);
        }
    }

    @Override
    public void panel(int from, int to, int k, int depth, float[] panel, int at, Scratch scratch) {
        Objects.checkFromToIndex(from, to, rows());
        Objects.checkFromIndexSize(k, depth, columns());
        Objects.checkFromIndexSize(at, depth * Panel.ROWS, panel.length);
        kernels.panel().get().fill(address(from, k), storage.bytes(columns()), to - from, depth, panel, at, scratch);
    }

    @Override
    public void close() {
        closed = true;
        if (arena != null) {
            arena.close();
        }
    }
}

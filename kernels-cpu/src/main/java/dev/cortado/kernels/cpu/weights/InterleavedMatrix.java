package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.Tensor;
import dev.cortado.kernels.cpu.memory.AllMemory;
import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.repack.Transposition;
import dev.cortado.kernels.cpu.startup.Bridge;
import dev.cortado.kernels.cpu.startup.VectorModule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A quantised matrix whose rows were interleaved by {@link Layout} into memory of its own; or, for machines that are
 * short of memory, one in the file's bytes. Those are multiplied with few tokens as they are; for panels, each group of
 * rows is interleaved into the thread's scratch on its way to the kernel.
 */
public final class InterleavedMatrix extends CpuMatrix {
    /** Weights that stay in the second-level cache while several lots of tokens are multiplied with them. */
    private static final int CACHED_BYTES = 128 << 10;

    /** Once this JVM has rewritten so many bytes, C2 is done with what an answer waits for, and compiles the loops of large models. */
    private static final long COLD_BYTES = 256 << 20;

    private static final AtomicLong REWRITTEN = new AtomicLong();

    /**
     * Columns whose inputs stay in the first-level cache while a band of rows passes by: inputs that come from the second
     * level for each group of rows slow weights from memory down by a quarter. A multiple of every block size and of a
     * panel's depth.
     */
    private static final int STRETCH = 1024;

    /** Rows of so few columns are one stretch. */
    private static final int SHORT_ROW = 2 * STRETCH;

    /** Rows that lie side by side in each stretch of columns; parts of a product had better be whole bands. */
    private static final int BAND = 64;

    /** To wake a worker takes as long as to rewrite a good part of this. */
    private static final int BYTES_OF_PART = 512 << 10;

    /**
     * More rows are faster through a panel of integers, although its filling takes as long as eight rows, or through a
     * kernel for eight rows of floats.
     */
    private static final int FEW_ROWS = 4;

    /** Bytes of the widest vector. */
    private static final int WIDEST = 64;

    private static final int LANES = VectorModule.LANES;

    private final Layout layout;
    private final Kernels.Quantized kernels;
    /** The file's bytes, or null when they were rewritten. */
    private final @Nullable MemorySegment source;

    private final @Nullable Arena arena;
    private final long address;
    /** A copy of the last rows with room behind them, where rows are multiplied in the file's form; else nothing. */
    private final MemorySegment lastRows;

    private final int blocks;
    private final int blocksOfStretch;
    private final int groupsOfBand;
    private volatile boolean closed;

    private InterleavedMatrix(
            Tensor tensor,
            Layout layout,
            Kernels.Quantized kernels,
            @Nullable MemorySegment source,
            @Nullable Arena arena,
            long address,
            MemorySegment lastRows) {
        super(tensor);
        this.layout = layout;
        this.kernels = kernels;
        this.source = source;
        this.arena = arena;
        this.address = address;
        this.lastRows = lastRows;
        blocks = columns() / layout.blockSize();
        boolean oneStretch = columns() <= SHORT_ROW;
        blocksOfStretch = oneStretch ? blocks : STRETCH / layout.blockSize();
        groupsOfBand = oneStretch ? (int) Math.max(1, CACHED_BYTES / groupBytes()) : BAND / LANES;
    }

    static InterleavedMatrix of(
            Tensor tensor, Layout layout, boolean repack, Kernels.Quantized kernels, Parallel parallel) {
        Arena arena = null;
        MemorySegment source = tensor.data();
        if (!source.isNative()) {
            arena = Arena.ofShared();
            source = arena.allocate(source.byteSize(), 64).copyFrom(source);
        }
        long address = source.address();
        if (!repack) {
            return new InterleavedMatrix(tensor, layout, kernels, source, arena, address, lastRows(tensor, source));
        }
        InterleavedMatrix inFile =
                new InterleavedMatrix(tensor, layout, kernels, source, arena, address, MemorySegment.NULL);
        Arena own = Arena.ofShared();
        long groupBytes = inFile.groupBytes();
        int groups = inFile.groups();
        // vector loads of byte planes may read past the last of them
        long target = own.allocate(groups * groupBytes + 64, 64).address();
        int perPart = (int) Math.max(1, BYTES_OF_PART / groupBytes);
        boolean cold = REWRITTEN.getAndAdd(groups * groupBytes) < COLD_BYTES;
        parallel.run((groups + perPart - 1) / perPart, part -> {
            inFile.rewrite(part * perPart, Math.min(groups, (part + 1) * perPart), target, cold);
        });
        if (tensor.data().isMapped()) {
            // the pages were read for the last time
            tensor.data().unload();
        }
        inFile.close();
        return new InterleavedMatrix(tensor, layout, kernels, null, own, target, MemorySegment.NULL);
    }

    /** Kernels of rows read up to a vector beyond the row at hand: a file's last rows need room behind them. */
    private static MemorySegment lastRows(Tensor tensor, MemorySegment source) {
        long rowBytes = tensor.type().bytes(tensor.columns());
        long bytes = Math.min(tensor.rows(), (WIDEST + rowBytes - 1) / rowBytes) * rowBytes;
        MemorySegment rows = Arena.ofAuto().allocate(bytes + WIDEST, WIDEST);
        MemorySegment.copy(source, tensor.rows() * rowBytes - bytes, rows, 0, bytes);
        return rows;
    }

    /** Interleaves groups of rows of the file's bytes into memory for the whole matrix. */
    private void rewrite(int fromGroup, int toGroup, long target, boolean cold) {
        Transposition transposition = cold ? layout.transposition() : null;
        long rowBytes = type().bytes(columns());
        for (int b = 0; b < blocks; b += blocksOfStretch) {
            int count = Math.min(blocksOfStretch, blocks - b);
            for (int g = fromGroup; g < toGroup; g++) {
                long to = target + offset(g, b);
                if (transposition == null) {
                    interleave(g, b, count, to);
                } else {
                    int first = g * LANES;
                    long from = address + first * rowBytes + type().bytes((long) b * layout.blockSize());
                    transposition.interleave(from, rowBytes, Math.min(LANES, rows() - first), count, to, LANES);
                }
            }
        }
    }

    /** How its rows lie in what {@link #tile} gives. */
    public Layout layout() {
        return layout;
    }

    /** Rows that are interleaved. */
    public int lanes() {
        return LANES;
    }

    @Override
    public void prepare(Inputs x) {
        switch (kernels.few()) {
            case Kernels.InFile rows -> x.prepareFloats();
            case Kernels.Interleaved groups -> x.prepareQuantized(layout.blockSize());
        }
    }

    @Override
    public int rowQuantum() {
        return LANES;
    }

    private int groups() {
        return (rows() + LANES - 1) / LANES;
    }

    private long groupBytes() {
        return blocks * groupBlockBytes();
    }

    private int nextBand(int group) {
        return (group / groupsOfBand + 1) * groupsOfBand;
    }

    private long groupBlockBytes() {
        return (long) layout.blockBytes() * LANES;
    }

    /**
     * Where a group-block lies in memory of the matrix's own: band after band of groups, each stretch after stretch of
     * columns, each group after group, so that a product reads all of it one after the other.
     */
    private long offset(int group, int block) {
        int firstGroup = group / groupsOfBand * groupsOfBand;
        int height = Math.min(groupsOfBand, groups() - firstGroup);
        int firstBlock = block / blocksOfStretch * blocksOfStretch;
        int width = Math.min(blocksOfStretch, blocks - firstBlock);
        long before = (long) firstGroup * blocks + (long) height * firstBlock;
        return (before + (group - firstGroup) * width + (block - firstBlock)) * groupBlockBytes();
    }

    /**
     * Address of {@code count} group-blocks of a group of rows, beginning with number {@code block} and all of one stretch;
     * valid until the scratch is used again.
     */
    public long tile(int group, int block, int count, Scratch scratch) {
        Objects.checkIndex(group, groups());
        Objects.checkFromIndexSize(block, count, blocks);
        requireOpen();
        if (source == null) {
            if (block % blocksOfStretch + count > blocksOfStretch) {
                throw new IllegalArgumentException("matrix %s: blocks %d to %d are of more than one stretch of %d"
                        .formatted(name(), block, block + count - 1, blocksOfStretch));
            }
            return address + offset(group, block);
        }
        long tile = scratch.tile(count * groupBlockBytes());
        interleave(group, block, count, tile);
        return tile;
    }

    /** Interleaves part of a group of rows of the file's bytes; lanes beyond the last row become zero. */
    private void interleave(int group, int block, int count, long target) {
        int first = group * LANES;
        int present = Math.min(LANES, rows() - first);
        if (present < LANES) {
            AllMemory.SEGMENT
                    .asSlice(target, count * groupBlockBytes())
                    .fill((byte) 0);
        }
        long rowBytes = type().bytes(columns());
        for (int lane = 0; lane < present; lane++) {
            long from = address + (first + lane) * rowBytes + type().bytes((long) block * layout.blockSize());
            layout.interleave(from, count, target, LANES, lane);
        }
    }

    @Override
    public void multiply(Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        check(x, from, to, y, at, stride);
        requireOpen();
        switch (kernels.few()) {
            case Kernels.InFile rows -> multiplyRows(rows.product().get(), x, from, to, y, at, stride, scratch);
            case Kernels.Interleaved groups -> multiplyGroups(groups, x, from, to, y, at, stride, scratch);
        }
    }

    private void multiplyGroups(
            Kernels.Interleaved products, Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        QuantizedRows inputs = x.quantized(layout.blockSize());
        int first = from / LANES;
        int whole = to / LANES;
        for (int t = 0; t < x.tokens(); t++) {
            Arrays.fill(y, at + t * stride + from, at + t * stride + whole * LANES, 0);
        }
        for (int g = first, next; g < whole; g = next) {
            next = Math.min(whole, nextBand(g));
            for (int b = 0; b < blocks; b += blocksOfStretch) {
                add(products, g, next - g, b, inputs, 0, x.tokens(), y, at + g * LANES, stride, scratch);
            }
        }
        if (whole * LANES < to) {
            multiplyLast(
                    products, whole, to - whole * LANES, inputs, x.tokens(), y, at + whole * LANES, stride, scratch);
        }
    }

    /** The group whose last lanes have no place in y. */
    private void multiplyLast(
            Kernels.Interleaved products,
            int group,
            int count,
            QuantizedRows x,
            int tokens,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        for (int t = 0; t < tokens; t++) {
            Arrays.fill(scratch.tail, 0);
            for (int b = 0; b < blocks; b += blocksOfStretch) {
                add(products, group, 1, b, x, t, 1, scratch.tail, 0, 0, scratch);
            }
            System.arraycopy(scratch.tail, 0, y, at + t * stride, count);
        }
    }

    /** Adds the products of a stretch of columns, which begins with a block, and tokens from {@code token} on. */
    private void add(
            Kernels.Interleaved products,
            int group,
            int groups,
            int block,
            QuantizedRows x,
            int token,
            int tokens,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        int width = Math.min(blocksOfStretch, blocks - block);
        long weights = tile(group, block, width, scratch);
        int t = 0;
        int input = token * blocks + block;
        for (; t + 2 <= tokens; t += 2, input += 2 * blocks) {
            products.two().get().add(weights, groups, width, x, input, y, at + t * stride, stride, scratch);
        }
        if (t < tokens) {
            products.one().get().add(weights, groups, width, x, input, y, at + t * stride, stride, scratch);
        }
    }

    /** From the file's bytes as they are. */
    private void multiplyRows(
            RowsProduct product, Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        long rowBytes = type().bytes(columns());
        int perChunk = (int) Math.max(1, CACHED_BYTES / rowBytes);
        int copied = rows() - (int) ((lastRows.byteSize() - WIDEST) / rowBytes);
        int end = Math.min(to, copied);
        for (int r = from; r < end; r += perChunk) {
            int count = Math.min(perChunk, end - r);
            multiplyRows(product, address + r * rowBytes, count, x, y, at + r, stride, scratch);
        }
        int rest = Math.max(from, copied);
        if (rest < to) {
            long weights = lastRows.address() + (rest - copied) * rowBytes;
            multiplyRows(product, weights, to - rest, x, y, at + rest, stride, scratch);
        }
    }

    private void multiplyRows(
            RowsProduct product, long weights, int count, Inputs x, float[] y, int at, int stride, Scratch scratch) {
        for (int t = 0; t < x.tokens(); t++) {
            product.multiply(weights, count, blocks, x.floats(t), y, at + t * stride, scratch);
        }
    }

    @Override
    public void row(int row, int from, int count, float[] out, int at, Scratch scratch) {
        Objects.checkIndex(row, rows());
        Objects.checkFromIndexSize(at, count, out.length);
        int size = layout.blockSize();
        Block unpacked = scratch.block;
        int end = (from + count) / size;
        for (int first = from / size, next; first < end; first = next) {
            next = Math.min(end, (first / blocksOfStretch + 1) * blocksOfStretch);
            long weights = tile(row / LANES, first, next - first, scratch);
            for (int b = first; b < next; b++, weights += groupBlockBytes()) {
                layout.unpack(weights, LANES, row % LANES, unpacked);
                unpacked.dequantize(out, at + b * size - from, size);
            }
        }
    }

    @Override
    public int fewRows() {
        return integers() || kernels.eight() != null ? FEW_ROWS : super.fewRows();
    }

    @Override
    public @Nullable ProductByEight eight() {
        Bridge<Optional<ProductByEight>> eight = kernels.eight();
        return eight == null ? null : eight.get().orElse(null);
    }

    @Override
    public void addEight(
            ProductByEight kernel, Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        Objects.checkFromToIndex(from, to, rows());
        int first = from / LANES;
        int end = (to + LANES - 1) / LANES;
        Objects.checkIndex(at + (x.tokens() - 1) * stride + (end - first) * LANES - 1, y.length);
        for (int g = first, next; g < end; g = next) {
            next = Math.min(end, nextBand(g));
            int result = at + (g - first) * LANES;
            for (int b = 0; b < blocks; b += blocksOfStretch) {
                int width = Math.min(blocksOfStretch, blocks - b);
                int inputs = 8 * b * layout.blockSize();
                long weights = tile(g, b, width, scratch);
                kernel.add(weights, next - g, width, x.sideBySide(), inputs, x.tokens(), y, result, stride);
            }
        }
    }

    @Override
    public boolean integers() {
        return kernels.integerPanel() != null;
    }

    @Override
    public boolean offsets() {
        Layout.IntegerForm form = layout.integers();
        return form != null && form.offsets();
    }

    @Override
    public void panel(int from, int to, int k, int depth, float[] panel, int at, Scratch scratch) {
        Objects.checkFromToIndex(from, to, rows());
        Bridge<Panel> kernel = present(kernels.panel(), "floats");
        int block = k / layout.blockSize();
        int count = depth / layout.blockSize();
        for (int lane = 0; lane < Panel.ROWS; lane += LANES) {
            if (from + lane < to) {
                long weights = tile((from + lane) / LANES, block, count, scratch);
                kernel.get().fill(weights, count, panel, at + lane, scratch);
            } else {
                for (int c = 0, target = at + lane; c < depth; c++, target += Panel.ROWS) {
                    Arrays.fill(panel, target, target + LANES, 0);
                }
            }
        }
    }

    @Override
    public void integerPanel(int from, int to, int k, int depth, IntegerPanel.Room panel, Scratch scratch) {
        Objects.checkFromToIndex(from, to, rows());
        Bridge<IntegerPanel> kernel = present(kernels.integerPanel(), "integers");
        panel.run = Objects.requireNonNull(layout.integers()).run();
        panel.hasOffsets = offsets();
        panel.runs = depth / panel.run;
        int block = k / layout.blockSize();
        int count = depth / layout.blockSize();
        for (int lane = 0; lane < IntegerPanel.ROWS; lane += LANES) {
            if (from + lane < to) {
                long weights = tile((from + lane) / LANES, block, count, scratch);
                kernel.get().fill(weights, count, panel, lane, scratch);
            } else {
                panel.clear(lane, LANES, depth);
            }
        }
    }

    private <K> K present(@Nullable K kernel, String what) {
        if (kernel == null) {
            throw new UnsupportedOperationException("%s has no panel of %s".formatted(type(), what));
        }
        return kernel;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("matrix %s is closed".formatted(name()));
        }
    }

    @Override
    public void close() {
        closed = true;
        if (arena != null) {
            arena.close();
        }
    }
}

package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Weights in device memory, in parts of as many rows as can be bound at once. */
final class VulkanMatrix implements Matrix {
    /** Consecutive rows: their first plane from byte 0 of the region, their second from byte {@code scalesAt}. */
    record Part(int firstRow, int rows, Region region, long quantBytes, long scalesAt, long scaleBytes) {
        /** Binds both planes; a plane that does not exist is bound to something. */
        Dispatch bind(Dispatch dispatch) {
            dispatch.bind(region, 0, quantBytes, false);
            return scaleBytes == 0
                    ? dispatch.bind(region, 0, quantBytes, false)
                    : dispatch.bind(region, scalesAt, scaleBytes, false);
        }
    }

    private static final long STAGING = 8L << 20;

    private final String name;
    private final int rows;
    private final int columns;
    private final WeightLayout layout;
    private final List<Part> parts = new ArrayList<>();
    private volatile boolean released;
    private @Nullable ExpertStack stack;

    private VulkanMatrix(Tensor tensor, WeightLayout layout) {
        this.name = tensor.name();
        this.rows = Math.toIntExact(tensor.rows());
        this.columns = tensor.columns();
        this.layout = layout;
    }

    /** Uploads a tensor; weights of types that shaders do not read become floats. */
    static VulkanMatrix upload(Gpu gpu, Tensor tensor) {
        requireWhole(tensor);
        @Nullable WeightLayout layout = WeightLayout.of(tensor.type());
        VulkanMatrix matrix = new VulkanMatrix(tensor, layout == null ? WeightLayout.FLOATS : layout);
        synchronized (gpu) {
            try {
                matrix.upload(gpu, tensor, layout == null);
            } catch (RuntimeException e) {
                matrix.release(gpu);
                throw e;
            }
        }
        return matrix;
    }

    private static void requireWhole(Tensor tensor) {
        if (tensor.rows() < 1
                || tensor.rows() > Integer.MAX_VALUE
                || tensor.shape()[0] < 1
                || tensor.shape()[0] % tensor.type().blockSize() != 0
                || tensor.data().byteSize() != tensor.type().bytes(tensor.count())) {
            throw new IllegalArgumentException(
                    "%s: %d bytes of shape %s and type %s, expected at least one row of whole blocks of %d"
                            .formatted(
                                    tensor.name(),
                                    tensor.data().byteSize(),
                                    tensor.shapeText(),
                                    tensor.type(),
                                    tensor.type().blockSize()));
        }
    }

    /** Bytes of device memory that a tensor takes. */
    static long bytes(Tensor tensor) {
        WeightLayout own = WeightLayout.of(tensor.type());
        WeightLayout layout = own == null ? WeightLayout.FLOATS : own;
        return tensor.rows() * layout.quantBytes(tensor.columns())
                + layout.scaleBytes(tensor.columns(), tensor.rows())
                + 2 * MemoryBlock.ALIGNMENT;
    }

    private void upload(Gpu gpu, Tensor tensor, boolean convert) {
        long rowBytes = layout.quantBytes(columns);
        long range = Math.min(gpu.device().storageRange(), gpu.device().facts().allocation() / 2);
        int most = Math.toIntExact(Math.clamp(range / rowBytes, 1, rows));
        for (int first = 0; first < rows; first += most) {
            int count = Math.min(most, rows - first);
            long quantBytes = count * rowBytes;
            long scalesAt = (quantBytes + MemoryBlock.ALIGNMENT - 1) / MemoryBlock.ALIGNMENT * MemoryBlock.ALIGNMENT;
            long scaleBytes = (layout.scaleBytes(columns, count) + 3) / 4 * 4;
            Region region = gpu.allocateWeights(scalesAt + scaleBytes, name);
            Part part = new Part(first, count, region, quantBytes, scalesAt, scaleBytes);
            parts.add(part);
            upload(gpu.recorder(), tensor, part, convert);
        }
    }

    private void upload(Recorder recorder, Tensor tensor, Part part, boolean convert) {
        long rowBytes = layout.quantBytes(columns);
        int step = Math.toIntExact(Math.clamp(STAGING / rowBytes, 1, part.rows()));
        for (int row = 0; row < part.rows(); row += step) {
            int count = Math.min(step, part.rows() - row);
            Region quants = recorder.upload(count * rowBytes);
            Region scales = recorder.upload(Math.max(4, layout.scaleBytes(columns, count)));
            MemorySegment to = quants.block().segment(quants);
            if (convert) {
                floats(tensor, part.firstRow() + row, count, to);
            } else {
                long fileRow = tensor.type().bytes(columns);
                MemorySegment from = tensor.data().asSlice((part.firstRow() + row) * fileRow, count * fileRow);
                layout.split(from, columns, count, to, scales.block().segment(scales));
            }
            recorder.copy(quants, 0, part.region(), row * rowBytes, count * rowBytes);
            if (layout.scaleBytes() > 0) {
                long at = part.scalesAt() + layout.scaleBytes(columns, row);
                recorder.copy(scales, 0, part.region(), at, layout.scaleBytes(columns, count));
            }
            if (count * rowBytes >= STAGING / 2) {
                recorder.submit();
            }
        }
    }

    private void floats(Tensor tensor, int first, int count, MemorySegment to) {
        float[] row = new float[layout.stored(columns)];
        for (int i = 0; i < count; i++) {
            Dequantizer.row(tensor, first + i, row, 0);
            MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT, 4L * i * row.length, row.length);
        }
    }

    static VulkanMatrix of(Matrix matrix) {
        if (!(matrix instanceof VulkanMatrix own)) {
            throw new IllegalArgumentException("%s: a matrix of %s, expected one of this backend"
                    .formatted(matrix.name(), matrix.getClass().getName()));
        }
        if (own.released) {
            throw new IllegalStateException("%s: used after its release".formatted(matrix.name()));
        }
        return own;
    }

    /** The experts of which this is the first, as products by expert want them; kept as long as this matrix. */
    static ExpertStack stack(Gpu gpu, Linear[] experts) {
        VulkanMatrix first = of(experts[0].weight());
        for (Linear expert : experts) {
            of(expert.weight());
        }
        ExpertStack stack = first.stack;
        if (stack == null || !stack.is(experts)) {
            first.releaseStack(gpu);
            stack = new ExpertStack(gpu, experts);
            first.stack = stack;
        }
        return stack;
    }

    private void releaseStack(Gpu gpu) {
        if (stack != null) {
            stack.release(gpu);
            stack = null;
        }
    }

    void release(Gpu gpu) {
        released = true;
        releaseStack(gpu);
        parts.forEach(part -> gpu.freeWeights(part.region()));
        parts.clear();
    }

    List<Part> parts() {
        return parts;
    }

    /** Weights of a row with its padding. */
    int stored() {
        return layout.stored(columns);
    }

    /**
     * Whether its weights may be rounded to float16: not what a file keeps in float32, as the routers, where a rounding
     * could choose another expert.
     */
    boolean halves() {
        return layout.type() != TensorType.F32;
    }

    /** What shader variants for it are called. */
    String variant() {
        return layout.type().name();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }
}

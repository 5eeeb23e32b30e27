package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import dev.cortado.kernels.cpu.memory.AllMemory;
import dev.cortado.kernels.cpu.startup.Bridge;
import java.lang.foreign.MemorySegment;

/**
 * A matrix of a type that has no kernel of its own: it stays in the file's bytes and is dequantised as it is used, so
 * it takes no memory and loses no precision.
 */
public final class StoredMatrix extends CpuMatrix {
    private final Tensor tensor;
    private final Dequantizer dequantizer;
    private final Bridge<RowsPanel> panel;
    private volatile boolean closed;

    StoredMatrix(Tensor tensor, Kernels kernels) {
        super(tensor);
        panel = kernels.panelOfRows(TensorType.F32);
        this.tensor = tensor;
        dequantizer = Dequantizer.of(tensor.type());
    }

    @Override
    public int fewRows() {
        return 0;
    }

    @Override
    public void prepare(Inputs x) {
        throw new UnsupportedOperationException("%s has no kernel for few rows".formatted(type()));
    }

    @Override
    public int rowQuantum() {
        return 1;
    }

    @Override
    public void multiply(Inputs x, int from, int to, float[] y, int at, int stride, Scratch scratch) {
        throw new UnsupportedOperationException("%s has no kernel for few rows".formatted(type()));
    }

    @Override
    public void row(int row, int from, int count, float[] out, int at, Scratch scratch) {
        if (closed) {
            throw new IllegalStateException("matrix %s is closed".formatted(name()));
        }
        long offset = type().bytes((long) row * columns() + from);
        dequantizer.dequantize(tensor.data(), offset, out, at, count);
    }

    @Override
    public void panel(int from, int to, int k, int depth, float[] panel, int at, Scratch scratch) {
        float[] line = scratch.line(depth);
        long stride = 4L * depth;
        long rows = scratch.tile((to - from) * stride);
        for (int r = from; r < to; r++) {
            row(r, k, depth, line, 0, scratch);
            MemorySegment.copy(line, 0, AllMemory.SEGMENT, AllMemory.FLOAT, rows + (r - from) * stride, depth);
        }
        this.panel.get().fill(rows, stride, to - from, depth, panel, at, scratch);
    }

    @Override
    public void close() {
        closed = true;
    }
}

package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;

/**
 * Decodes a matrix of a type that has no kernel to floats: to F16 when its weights are in that type's range, otherwise to
 * F32. F16's error, 2^-12 of a weight, is far below that of types with a few bits a weight.
 *
 * @param tensor what is decoded
 * @param type F16 or F32
 */
record Decoding(Tensor tensor, TensorType type) {
    /** Below that the largest weight is so small that many others would be subnormal halves. */
    private static final float SMALLEST_PEAK = 0x1p-9f;

    private static final float LARGEST_HALF = 65504;

    /** Integers and F64 are kept exactly, or as nearly as float32 can. */
    static Decoding of(Tensor tensor) {
        return switch (tensor.type()) {
            case F64, I8, I16, I32, I64 -> new Decoding(tensor, TensorType.F32);
            default -> {
                float peak = peak(tensor);
                boolean half = peak >= SMALLEST_PEAK && peak <= LARGEST_HALF;
                yield new Decoding(tensor, half ? TensorType.F16 : TensorType.F32);
            }
        };
    }

    private static float peak(Tensor tensor) {
        float[] row = new float[tensor.columns()];
        float peak = 0;
        for (long r = 0; r < tensor.rows(); r++) {
            Dequantizer.row(tensor, r, row, 0);
            for (float weight : row) {
                peak = Math.max(peak, Math.abs(weight));
            }
        }
        return peak;
    }

    /** Writes all weights, row after row. */
    void run(MemorySegment target, Parallel parallel) {
        int columns = tensor.columns();
        int rows = Math.toIntExact(tensor.rows());
        int perPart = Math.max(1, (1 << 16) / columns);
        parallel.run((rows + perPart - 1) / perPart, part -> {
            float[] row = new float[columns];
            for (int r = part * perPart; r < Math.min(rows, (part + 1) * perPart); r++) {
                Dequantizer.row(tensor, r, row, 0);
                write(row, target, (long) r * columns);
            }
        });
    }

    private void write(float[] row, MemorySegment target, long first) {
        if (type == TensorType.F32) {
            MemorySegment.copy(row, 0, target, AllMemory.FLOAT, 4 * first, row.length);
            return;
        }
        for (int k = 0; k < row.length; k++) {
            target.set(AllMemory.SHORT, 2 * (first + k), Float.floatToFloat16(row[k]));
        }
    }
}

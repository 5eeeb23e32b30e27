package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The file's own bytes; a row is dequantised whenever it is needed. */
final class ReferenceMatrix implements Matrix {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tensor tensor;
    private final int rows;
    private volatile boolean released;

    ReferenceMatrix(Tensor tensor) {
        this.tensor = tensor;
        if (tensor.rows() < 1 || tensor.rows() > Integer.MAX_VALUE || tensor.shape()[0] % tensor.type().blockSize() != 0) {
            throw new IllegalArgumentException("%s: shape %s of type %s, expected at least one row of whole blocks of %d"
                    .formatted(tensor.name(), tensor.shapeText(), tensor.type(), tensor.type().blockSize()));
        }
        long expected = tensor.type().bytes(tensor.count());
        if (tensor.data().byteSize() != expected) {
            throw new IllegalArgumentException("%s: %d bytes for shape %s of type %s, expected %d"
                    .formatted(tensor.name(), tensor.data().byteSize(), tensor.shapeText(), tensor.type(), expected));
        }
        this.rows = (int) tensor.rows();
    }

    static ReferenceMatrix of(Matrix matrix) {
        if (!(matrix instanceof ReferenceMatrix own)) {
            throw new IllegalArgumentException("%s: a matrix of %s, expected one of this backend"
                    .formatted(matrix.name(), matrix.getClass().getName()));
        }
        if (own.released) {
            throw new IllegalStateException("%s: used after its release".formatted(matrix.name()));
        }
        return own;
    }

    /** Dequantises row {@code row} to {@code target[0, columns)}. */
    void row(int row, float[] target) {
        long bytes = tensor.type().bytes(columns());
        MemorySegment data = tensor.data().asSlice(row * bytes, bytes);
        for (int c = 0; c < columns(); c++) {
            target[c] = switch (tensor.type()) {
                case F32 -> data.get(FLOAT, 4L * c);
                case F16 -> Float.float16ToFloat(data.get(HALF, 2L * c));
                default -> throw new IllegalArgumentException(
                        "%s: type %s, expected F32 or F16".formatted(tensor.name(), tensor.type()));
            };
        }
    }

    void release() {
        released = true;
    }

    @Override
    public String name() {
        return tensor.name();
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return tensor.columns();
    }
}

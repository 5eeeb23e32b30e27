package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.quantization.Dequantizer;

/** The file's own bytes; a row is dequantised whenever it is needed. */
final class ReferenceMatrix implements Matrix {
    private final Tensor tensor;
    private final int rows;
    private volatile boolean released;

    ReferenceMatrix(Tensor tensor) {
        this.tensor = tensor;
        if (tensor.rows() < 1
                || tensor.rows() > Integer.MAX_VALUE
                || tensor.shape()[0] % tensor.type().blockSize() != 0) {
            throw new IllegalArgumentException(
                    "%s: shape %s of type %s, expected at least one row of whole blocks of %d"
                            .formatted(
                                    tensor.name(),
                                    tensor.shapeText(),
                                    tensor.type(),
                                    tensor.type().blockSize()));
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
        Dequantizer.row(tensor, row, target, 0);
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

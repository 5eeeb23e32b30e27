package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.TensorType;
import java.util.List;

/** Kernels of interleaved rows allocate nothing. */
class NoGarbageTest extends NoGarbage {
    NoGarbageTest() {
        super(true);
    }

    @Override
    List<TensorType> types() {
        return WeightMatrixTest.types();
    }
}

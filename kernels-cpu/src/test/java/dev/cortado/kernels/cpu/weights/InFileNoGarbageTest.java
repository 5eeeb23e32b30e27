package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.TensorType;
import java.util.List;

/** Kernels of rows as the file has them allocate nothing. */
class InFileNoGarbageTest extends NoGarbage {
    InFileNoGarbageTest() {
        super(false);
    }

    @Override
    List<TensorType> types() {
        return RandomTensor.INTERLEAVED;
    }
}

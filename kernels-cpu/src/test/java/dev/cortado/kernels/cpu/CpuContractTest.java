package dev.cortado.kernels.cpu;

import dev.cortado.contract.BackendContract;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.weights.Kernels;

/** The CPU backend keeps the contract: at every vector width, and without vectors, as this module's test runs force them. */
class CpuContractTest extends BackendContract {
    CpuContractTest() {
        super(new CpuBackend(new BackendOptions(3, true), Kernels.Choice.VECTOR));
    }

    @Override
    public int activationBlock(TensorType type) {
        Layout layout = Layout.of(type);
        return layout == null ? 0 : layout.blockSize();
    }

    @Override
    public boolean allocatesNothing() {
        return true;
    }
}

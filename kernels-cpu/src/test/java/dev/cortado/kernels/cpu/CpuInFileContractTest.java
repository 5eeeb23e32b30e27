package dev.cortado.kernels.cpu;

import dev.cortado.contract.BackendContract;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.kernels.cpu.weights.Kernels;

/** The CPU backend keeps the contract with weights as the file has them, too. */
class CpuInFileContractTest extends BackendContract {
    CpuInFileContractTest() {
        super(new CpuBackend(new BackendOptions(3, false), Kernels.Choice.VECTOR));
    }

    @Override
    public boolean allocatesNothing() {
        return true;
    }
}

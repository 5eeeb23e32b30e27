package dev.cortado.kernels.cpu;

import dev.cortado.contract.BackendContract;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.kernels.cpu.weights.Kernels;

/** The CPU backend keeps the contract: at every vector width, and without vectors, as this module's test runs force them. */
class CpuContractTest extends BackendContract {
    CpuContractTest() {
        super(new CpuBackend(new BackendOptions(3, true), Kernels.Choice.VECTOR));
    }

    @Override
    public boolean allocatesNothing() {
        return true;
    }
}

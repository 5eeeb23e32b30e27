package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.kernels.cpu.startup.VectorModule;
import java.util.List;

/** Offers the CPU, which is always there. */
public final class CpuProvider implements BackendProvider {
    static final String DEVICE = "cpu";

    /** For {@link java.util.ServiceLoader}. */
    public CpuProvider() {}

    @Override
    public List<String> devices() {
        return List.of(DEVICE);
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public List<String> warnings() {
        return Slowness.lines(VectorModule.PRESENT, Slowness.tierLimit());
    }

    @Override
    public List<String> facts() {
        String vectors = VectorModule.PRESENT ? 32 * VectorModule.LANES + "-bit vectors" : "no vectors";
        return List.of(
                "cpu: %s, %d cores for this process, %s %s, Java %s"
                        .formatted(
                                vectors,
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"),
                                System.getProperty("java.vm.version")));
    }

    @Override
    public Backend open(String device, BackendOptions options) {
        if (!device.equals(DEVICE)) {
            throw new BackendException("no device %s here, the CPU backend has only %s".formatted(device, DEVICE));
        }
        return new CpuBackend(options);
    }
}
